/** Which calls a session waited for. */

export interface Timed {
  key: string;
  from: number;
  to: number;
}

/** Two clocks, of which neither is exact: what ends so little after another begins may have been waited for. */
const SLACK_MS = 2;

/**
 * The chain of calls that took the session to its end: the one that ended last, before it the one that ended last before
 * that began, and so on. It is read off the times alone: nothing says which call asked for another.
 */
export function criticalPath(calls: readonly Timed[]): ReadonlySet<string> {
  const byEnd = [...calls].sort((one, other) => other.to - one.to || other.from - one.from);
  const path = new Set<string>();
  let before = Number.POSITIVE_INFINITY;
  for (const call of byEnd) {
    if (call.to > before + SLACK_MS) continue;
    path.add(call.key);
    // A call of no length would be waited for by itself.
    before = Math.min(call.from, before - 1e-6);
  }
  return path;
}
