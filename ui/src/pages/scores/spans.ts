/** Stretches of time beside the one that a page looks at. */

import type { Bucket, TimeWindow } from "@/data/window";

const HOUR = 3_600_000;

/**
 * The width of bucket that suits scores: some dozens of points at most, since of few scores each an interval says
 * little.
 */
export function scoreBucket({ start, end }: TimeWindow): Bucket {
  const hours = (end.getTime() - start.getTime()) / HOUR;
  if (hours <= 1) return "min";
  if (hours <= 60) return "hour";
  return hours <= 24 * 60 ? "day" : "week";
}

const WIDTHS: readonly (readonly [Bucket, number])[] = [
  ["min", HOUR / 60],
  ["hour", HOUR],
  ["day", 24 * HOUR],
  ["week", 168 * HOUR],
  ["month", 720 * HOUR],
  ["year", 8760 * HOUR],
];
const MOST_POINTS = 2000;

/** The widths of bucket that cut a window into points that can be told apart: two at least, some thousands at most. */
export function bucketsFor({ start, end }: TimeWindow): Bucket[] {
  const length = end.getTime() - start.getTime();
  const fitting = WIDTHS.filter(([, width]) => length / width >= 1 && length / width <= MOST_POINTS);
  return fitting.length > 0 ? fitting.map(([bucket]) => bucket) : ["min"];
}

export interface Span {
  start: string;
  end: string;
}

/** The stretch of the same length right before another. */
export function before({ start, end }: Span): Span {
  const from = Date.parse(start);
  return { start: new Date(2 * from - Date.parse(end)).toISOString(), end: start };
}

/** Both halves of a stretch. */
export function halves({ start, end }: Span): [Span, Span] {
  const middle = new Date((Date.parse(start) + Date.parse(end)) / 2).toISOString();
  return [
    { start, end: middle },
    { start: middle, end },
  ];
}
