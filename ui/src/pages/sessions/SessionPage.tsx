import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import type { SessionDetail } from "@/api";
import { getSessionOptions } from "@/api/@tanstack/react-query.gen";
import { Refusal } from "@/data/client";
import { useMay } from "@/data/me";
import { Answered, ButtonLink, Empty, Note } from "@/design";
import { count } from "@/format/numbers";
import { usePageKeys } from "@/pages/requests/keys";
import { useNarrow } from "@/pages/requests/useNarrow";
import { CallPanel } from "./detail/CallPanel";
import { PlacePanel } from "./detail/PlacePanel";
import css from "./detail/page.module.css";
import { SessionDeeds } from "./detail/SessionDeeds";
import { SessionHead } from "./detail/SessionHead";
import { SessionScores } from "./detail/SessionScores";
import { Trace } from "./detail/Trace";
import { TraceTools } from "./detail/TraceTools";
import type { TreeRow } from "./detail/tree";
import { useTraceState } from "./detail/useTraceState";

const route = getRouteApi("/shell/sessions/$sessionId");
const NOT_FOUND = 404;

/** One session: its calls as a tree, when each ran, and what was said in it. */
export function SessionPage() {
  const { sessionId } = route.useParams();
  const session = useQuery(getSessionOptions({ path: { session_id: sessionId } }));
  if (session.error instanceof Refusal && session.error.status === NOT_FOUND) {
    return (
      <Empty
        icon={<SearchX size={28} aria-hidden />}
        title="No session has this id"
        action={<ButtonLink to="/sessions">All sessions</ButtonLink>}
      >
        None of its calls has come, or the id has a slip in it.
      </Empty>
    );
  }
  return (
    <div className={css.page}>
      <Answered query={session} height="30rem">
        {({ data }) => <Told key={data.session.session_id} detail={data} />}
      </Answered>
    </div>
  );
}

function Told({ detail }: { detail: SessionDetail }) {
  const { session, nodes, shown, truncated } = detail;
  const state = useTraceState(detail);
  const narrow = useNarrow();
  const may = useMay("write");
  const panel = useRef<HTMLElement>(null);
  const [adding, setAdding] = useState(false);
  // While the arrow keys run through the tree, what stands beside it may lag behind.
  const looked = useDeferredValue(state.selected);
  const key = state.selected?.key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: looking at something else gives the form up
  useEffect(() => setAdding(false), [key]);
  usePageKeys(may ? { s: () => setAdding(true) } : {});
  const scores = useMemo(() => [...new Set(nodes[0]?.scores.map(({ name }) => name))], [nodes]);
  const score = scores.find((name) => name === state.search.score) ?? scores[0];
  return (
    <>
      <SessionHead session={session} actions={<SessionDeeds session={session} />} />
      {truncated && (
        <Note>
          The session has {count(session.n)} calls. The tree holds its first {count(shown)}, and what its places add up
          to is of these alone.
        </Note>
      )}
      <div className={css.panes}>
        <section className={css.tree} aria-label="Tree and timeline">
          <TraceTools state={state} nodes={nodes} scores={scores} score={score} />
          <Trace
            rows={state.rows}
            axis={state.axis}
            selected={key ?? ""}
            score={narrow ? undefined : score}
            critical={state.search.critical ? state.critical : null}
            narrow={narrow}
            onSelect={state.select}
            onFold={state.fold}
            onEnter={() => panel.current?.focus()}
            onZoom={state.zoom}
            onZoomBy={state.zoomBy}
          />
        </section>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key */}
        <aside ref={panel} className={css.panel} aria-label="What is selected" tabIndex={0}>
          {looked && <Looked row={looked} detail={detail} state={state} adding={adding} onAdding={setAdding} />}
        </aside>
      </div>
    </>
  );
}

interface LookedProps {
  row: TreeRow;
  detail: SessionDetail;
  state: ReturnType<typeof useTraceState>;
  adding: boolean;
  onAdding: (adding: boolean) => void;
}

function Looked({ row, detail, state, adding, onAdding }: LookedProps) {
  if (row.call) return <CallPanel key={row.key} call={row.call} adding={adding} onAdding={onAdding} />;
  const isRoot = row.parent === null;
  return (
    <PlacePanel
      key={row.key}
      node={row.node}
      isRoot={isRoot}
      onCall={(call) => state.put({ call: call.request_id, at: call.started_at, path: undefined })}
    >
      {/* What is said by key of a place is said of the session: a place cannot be scored. */}
      {(isRoot || adding) && (
        <SessionScores sessionId={detail.session.session_id} adding={adding} onAdding={onAdding} />
      )}
    </PlacePanel>
  );
}
