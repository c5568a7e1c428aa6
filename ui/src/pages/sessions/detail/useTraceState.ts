import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import type { SessionDetail, SessionNode } from "@/api";
import type { SessionSearch } from "../search";
import { type Axis, axisOf, lengthOf, merged } from "./axis";
import { criticalPath } from "./critical";
import { spanOf, timedOf, zoomed } from "./timeline";
import { callKey, callsOf, placeKey, rowsOf, type TreeRow } from "./tree";

const route = getRouteApi("/shell/sessions/$sessionId");

export interface TraceState {
  search: SessionSearch;
  put: (changed: SessionSearch) => void;
  rows: readonly TreeRow[];
  axis: Axis;
  /** Milliseconds in which something ran, of all that the session lasted. */
  ran: number;
  lasted: number;
  /** Whether long waits are shortened. */
  isShortened: boolean;
  critical: ReadonlySet<string>;
  selected: TreeRow | undefined;
  select: (row: TreeRow) => void;
  fold: (row: TreeRow) => void;
  zoom: (from: number, to: number) => void;
  zoomBy: (factor: number) => void;
}

/** What the address says of a session, laid over the session. */
export function useTraceState({ nodes, session }: Pick<SessionDetail, "nodes" | "session">): TraceState {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const put = useCallback(
    (changed: SessionSearch) => void navigate({ replace: true, search: (kept) => ({ ...kept, ...changed }) }),
    [navigate],
  );
  const lasted = session.duration_ms;
  const rows = useMemo(() => rowsOf(nodes, new Set(search.folded)), [nodes, search.folded]);
  const spans = useMemo(() => callsOf(nodes).map(spanOf), [nodes]);
  const { idle = false, zoom } = search;
  const axis = useMemo(() => axisOf(spans, { end: lasted, idle, zoom }), [spans, lasted, idle, zoom]);
  const isShortened = useMemo(() => axisOf(spans, { end: lasted, idle: false }).gaps.length > 0, [spans, lasted]);
  const critical = useMemo(() => criticalPath(callsOf(nodes).map(timedOf)), [nodes]);
  const selected = rows.find(({ key }) => key === keyOf(search, nodes)) ?? rows[0];
  const select = useCallback(
    ({ call, node }: TreeRow) =>
      put(
        call
          ? { call: call.request_id, at: call.started_at, path: undefined }
          : { call: undefined, at: undefined, path: node.path === "" ? undefined : node.path },
      ),
    [put],
  );
  const fold = useCallback(
    ({ node: { path }, open }: TreeRow) => {
      const others = (search.folded ?? []).filter((one) => one !== path);
      const folded = open ? [...others, path] : others;
      put({ folded: folded.length > 0 ? folded : undefined });
    },
    [search.folded, put],
  );
  return {
    search,
    put,
    rows,
    axis,
    ran: lengthOf(merged(spans)),
    lasted,
    isShortened,
    critical,
    selected,
    select,
    fold,
    zoom: (from, to) => put({ zoom: [Math.max(0, from), Math.max(from + 1, to)] }),
    zoomBy: (factor) => put({ zoom: zoomed(zoom ?? [0, lasted], factor, lasted) }),
  };
}

/** The key of the row that an address means. */
function keyOf({ call, at, path = "" }: SessionSearch, nodes: readonly SessionNode[]): string {
  if (call === undefined) return placeKey(path);
  if (at !== undefined) return callKey({ request_id: call, started_at: at });
  const found = callsOf(nodes).find(({ request_id }) => request_id === call);
  return found ? callKey(found) : placeKey("");
}
