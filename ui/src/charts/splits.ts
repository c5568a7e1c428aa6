/** Where ticks stand on a time axis: on starts of buckets, at round times of the zone's calendar, as many as have room. */

import type { Bucket } from "@/data/window";
import { minuteOfDay } from "@/format/times";

const DAY = 1440;
/** The round steps within a day, in minutes. */
const WITHIN_A_DAY = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, DAY];
const MINUTES: Partial<Record<Bucket, number>> = { min: 1, hour: 60 };

export function splits(
  all: readonly number[],
  width: number,
  space: number,
  calendar: { bucket: Bucket; zone: string },
): number[] {
  const least = Math.max(1, (all.length * space) / Math.max(1, width));
  // Where the axis ends there is no room for the words of a tick.
  const starts = all.slice(0, Math.max(1, Math.floor(all.length - least / 4)));
  const minutes = MINUTES[calendar.bucket];
  if (minutes === undefined) return everyNth(starts, Math.ceil(least));
  const step = WITHIN_A_DAY.find((one) => one >= least * minutes) ?? DAY;
  const round = starts.filter((start) => minuteOfDay(start, calendar.zone) % step === 0);
  return step < DAY ? round : everyNth(round, Math.ceil((least * minutes) / DAY));
}

function everyNth(starts: readonly number[], n: number): number[] {
  return starts.filter((_start, index) => index % n === 0);
}
