/** What the keys do in the tree. */

import type { TreeRow } from "./tree";

export type Deed =
  | { do: "go"; to: number }
  | { do: "fold" }
  | { do: "enter" }
  /** Nearer below 1, farther above; all of it at infinity. */
  | { do: "zoom"; by: number };

const PAGE = 15;
const CLOSER = 0.5;

const MOVES: Readonly<Record<string, (from: number, last: number) => number>> = {
  ArrowDown: (from) => from + 1,
  ArrowUp: (from) => from - 1,
  PageDown: (from) => from + PAGE,
  PageUp: (from) => from - PAGE,
  Home: () => 0,
  End: (_from, last) => last,
};

const ZOOMS: Readonly<Record<string, number>> = {
  "+": CLOSER,
  "=": CLOSER,
  "-": 1 / CLOSER,
  "0": Number.POSITIVE_INFINITY,
};

/** What a key means on a row; null where it means nothing. */
export function deedOf(key: string, rows: readonly TreeRow[], cursor: number): Deed | null {
  const last = rows.length - 1;
  const move = MOVES[key];
  if (move) return { do: "go", to: Math.min(last, Math.max(0, move(cursor, last))) };
  const by = ZOOMS[key];
  if (by !== undefined) return { do: "zoom", by };
  const row = rows[cursor];
  if (key === "ArrowRight" && row) return into(row, cursor);
  if (key === "ArrowLeft" && row) return outOf(row, rows);
  return key === "Enter" ? { do: "enter" } : null;
}

/** To the right: unfolds a place, or goes to what stands first in it. */
function into(row: TreeRow, cursor: number): Deed | null {
  if (!row.inner) return null;
  return row.open ? { do: "go", to: cursor + 1 } : { do: "fold" };
}

/** To the left: folds a place, or goes to the one that the row stands in. */
function outOf(row: TreeRow, rows: readonly TreeRow[]): Deed | null {
  if (row.inner && row.open) return { do: "fold" };
  const parent = rows.findIndex(({ key }) => key === row.parent);
  return parent >= 0 ? { do: "go", to: parent } : null;
}
