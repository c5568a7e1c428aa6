/** How a number stands against the same of the window before. */

import type { Reading } from "../charts/catalogue";

export interface Change {
  direction: "up" | "down" | "same";
  /** By which part of what was; null where that was 0. */
  share: number | null;
  /** Whether both intervals, where there are any, lie apart: then the change is hardly chance. */
  sure: boolean | null;
}

/** Null where one of both is not known. */
export function changeOf(now: Reading, before: Reading | null): Change | null {
  if (before === null || now.value === null || before.value === null) return null;
  const difference = now.value - before.value;
  return {
    direction: difference > 0 ? "up" : difference < 0 ? "down" : "same",
    share: before.value === 0 ? null : Math.abs(difference / before.value),
    sure: apart(now, before),
  };
}

function apart(now: Reading, before: Reading): boolean | null {
  if (now.low == null || now.high == null || before.low == null || before.high == null) return null;
  return now.low > before.high || now.high < before.low;
}
