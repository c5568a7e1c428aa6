/** How wide the buckets of charts of calls may be, and how wide they are where nobody says. */

import type { Bucket, TimeWindow } from "@/data/window";

const HOUR = 3_600_000;
const WIDTHS: Record<Bucket, number> = {
  min: HOUR / 60,
  hour: HOUR,
  day: 24 * HOUR,
  week: 168 * HOUR,
  month: 720 * HOUR,
  year: 8760 * HOUR,
};
/** As many as the API answers where a chart is split and the window before stands beside. */
const MOST_POINTS = 700;
/** More bars than this are a fence in a chart of a third of the page. */
const GOOD_POINTS = 80;

export const BUCKETS = Object.keys(WIDTHS) as Bucket[];

const lengthOf = ({ start, end }: TimeWindow) => end.getTime() - start.getTime();

/** The widths that cut a window into two points at least, and no more than can be answered. */
export function bucketsOf(window: TimeWindow): Bucket[] {
  const fitting = BUCKETS.filter((bucket) => {
    const points = lengthOf(window) / WIDTHS[bucket];
    return points >= 2 && points <= MOST_POINTS;
  });
  return fitting.length > 0 ? fitting : [lengthOf(window) < WIDTHS.hour ? "min" : "year"];
}

/** The chosen width where it fits; else the narrowest that makes no more points than can be told apart. */
export function bucketOf(window: TimeWindow, chosen: Bucket | undefined): Bucket {
  const possible = bucketsOf(window);
  const good = possible.find((bucket) => lengthOf(window) / WIDTHS[bucket] <= GOOD_POINTS);
  return possible.find((bucket) => bucket === chosen) ?? good ?? (possible.at(-1) as Bucket);
}
