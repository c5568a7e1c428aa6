/** A session's calls as stretches of its time. */

import type { SessionCall } from "@/api";
import type { Span } from "./axis";
import type { Timed } from "./critical";
import { callKey, type TreeRow } from "./tree";

/** From when to when a call ran, in milliseconds from the session's start. */
export function spanOf({ offset_ms, started_at, ended_at }: SessionCall): Span {
  return { from: offset_ms, to: offset_ms + Math.max(0, Date.parse(ended_at) - Date.parse(started_at)) };
}

export function timedOf(call: SessionCall): Timed {
  return { key: callKey(call), ...spanOf(call) };
}

/** The stretch that a row is drawn over: of a place from its first start to its last end. */
export function rowSpan({ call, node }: TreeRow): Span {
  return call ? spanOf(call) : { from: node.offset_ms, to: node.offset_ms + node.span_ms };
}

/** A stretch by so much nearer or farther, about its middle, and never beyond the session. */
export function zoomed([from, to]: readonly [number, number], by: number, end: number): [number, number] | undefined {
  const middle = (from + to) / 2;
  const half = ((to - from) / 2) * by;
  const next: [number, number] = [Math.max(0, middle - half), Math.min(end, middle + half)];
  return next[0] <= 0 && next[1] >= end ? undefined : next;
}
