/** A session's tree as rows under one another: places and calls, each with how deep it stands. */

import type { SessionCall, SessionNode } from "@/api";

export interface TreeRow {
  key: string;
  depth: number;
  name: string;
  node: SessionNode;
  /** The call that the row is; null where it is a place with several things in it. */
  call: SessionCall | null;
  /** Whether something stands within, and whether it is shown. */
  inner: boolean;
  open: boolean;
  /** The key of the row that it stands in; null for the session itself. */
  parent: string | null;
}

export const placeKey = (path: string) => `place ${path}`;
export const callKey = ({ request_id, started_at }: Pick<SessionCall, "request_id" | "started_at">) =>
  `call ${started_at} ${request_id}`;

/** A place or a call that is still to be written down. */
type Waiting =
  | { place: number; depth: number; parent: string | null }
  | { call: SessionCall; of: number; depth: number; parent: string };

/**
 * The rows that are shown while some places are folded. A place that holds one call and nothing else is that call.
 *
 * Without recursion, as paths may be thousands deep.
 */
export function rowsOf(nodes: readonly SessionNode[], folded: ReadonlySet<string>): TreeRow[] {
  const within = childrenOf(nodes);
  const rows: TreeRow[] = [];
  const waiting: Waiting[] = nodes.length > 0 ? [{ place: 0, depth: 0, parent: null }] : [];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if ("call" in next) {
      rows.push(callRow(next.call, nodes[next.of] as SessionNode, next.depth, next.parent));
      continue;
    }
    const { place, depth, parent } = next;
    const node = nodes[place] as SessionNode;
    const inner = within[place] ?? [];
    const [only, ...others] = node.calls;
    if (only && others.length === 0 && inner.length === 0 && parent !== null) {
      rows.push(callRow(only, node, depth, parent));
      continue;
    }
    const key = placeKey(node.path);
    const open = !folded.has(node.path);
    const hasInner = inner.length + node.calls.length > 0;
    rows.push({ key, depth, name: node.name, node, call: null, inner: hasInner, open, parent });
    if (!open) continue;
    const content = contentOf(nodes, place, inner);
    // The last is put down first, as the next one is taken from the end.
    for (const one of content.reverse()) {
      waiting.push(
        "call" in one
          ? { ...one, of: place, depth: depth + 1, parent: key }
          : { ...one, depth: depth + 1, parent: key },
      );
    }
  }
  return rows;
}

function callRow(call: SessionCall, node: SessionNode, depth: number, parent: string): TreeRow {
  return { key: callKey(call), depth, name: call.name, node, call, inner: false, open: false, parent };
}

/** What stands in a place, in the order in which it began. */
function contentOf(
  nodes: readonly SessionNode[],
  place: number,
  inner: readonly number[],
): ({ place: number } | { call: SessionCall })[] {
  const calls = (nodes[place] as SessionNode).calls.map((call) => ({ call, began: call.offset_ms }));
  const places = inner.map((one) => ({ place: one, began: (nodes[one] as SessionNode).offset_ms }));
  return [...calls, ...places].sort((one, other) => one.began - other.began);
}

/** The places within each place. */
function childrenOf(nodes: readonly SessionNode[]): number[][] {
  const within: number[][] = nodes.map(() => []);
  nodes.forEach(({ parent }, place) => {
    if (parent !== null) within[parent]?.push(place);
  });
  return within;
}

/** The paths of all places that something stands in, but for the session itself: what folding all folds. */
export function foldable(nodes: readonly SessionNode[]): string[] {
  return rowsOf(nodes, new Set())
    .filter(({ inner, parent }) => inner && parent !== null)
    .map(({ node }) => node.path);
}

/** Every call of a tree. */
export function callsOf(nodes: readonly SessionNode[]): SessionCall[] {
  return nodes.flatMap(({ calls }) => calls);
}
