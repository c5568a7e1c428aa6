/** What of a chart somebody pressed: a bucket, and the line in it. */

import type uPlot from "uplot";
import { type Line, type Plot, stacked, stackOf } from "./plot";

export interface Picked {
  start: Date;
  end: Date;
  /** Null where no line was near. */
  line: Line | null;
}

/** How far from a line, in pixels, a press still means it. */
const NEAR = 16;

/** The stretch of a bucket. */
export function bucketOf({ starts, end }: Plot, index: number): Pick<Picked, "start" | "end"> {
  return {
    start: new Date((starts[index] ?? end) * 1000),
    end: new Date((starts[index + 1] ?? end) * 1000),
  };
}

export function pickAt(u: uPlot, plot: Plot): Picked | null {
  const { idx, top } = u.cursor;
  if (idx == null || top == null || top < 0 || plot.starts[idx] === undefined) return null;
  const line = plot.bars
    ? barAt(plot, idx, u.posToVal(top, "y"))
    : lineAt(plot, idx, top, (value) => u.valToPos(value, "y"));
  return { ...bucketOf(plot, idx), line };
}

/** The bar of a stack that a value lies in; above the stack none. */
export function barAt(plot: Plot, index: number, value: number): Line | null {
  const stack = stackOf(plot.lines);
  const place = stacked(stack).findIndex((sums) => value <= (sums[index] ?? 0));
  return stack[place] ?? null;
}

/** The line that passes nearest to a height, in pixels from the top. */
export function lineAt(plot: Plot, index: number, top: number, placeOf: (value: number) => number): Line | null {
  const near = plot.lines.flatMap((line) => {
    const value = line.values[index];
    return value == null ? [] : [{ line, apart: Math.abs(placeOf(value) - top) }];
  });
  near.sort((one, other) => one.apart - other.apart);
  const [first] = near;
  return first && first.apart <= NEAR ? first.line : null;
}
