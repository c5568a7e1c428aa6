/** The stretch of time that every page looks at. It lives in the address, so that a link shows what its sender saw. */

export type Bucket = "min" | "hour" | "day" | "week" | "month" | "year";

export const BUCKET_WORDS: Record<Bucket, string> = {
  min: "minute",
  hour: "hour",
  day: "day",
  week: "week",
  month: "month",
  year: "year",
};

/** What the address may say: a range that ends now, or two fixed moments; and the time zone of calendars. */
export interface TimeSearch {
  range?: string;
  from?: string;
  to?: string;
  zone?: string;
}

export interface TimeWindow {
  start: Date;
  end: Date;
  /** The range behind it where it ends now, such as "24h". */
  range: string | null;
}

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export const RANGES = [
  { value: "15m", label: "Last 15 minutes" },
  { value: "1h", label: "Last hour" },
  { value: "6h", label: "Last 6 hours" },
  { value: "24h", label: "Last 24 hours" },
  { value: "3d", label: "Last 3 days" },
  { value: "7d", label: "Last 7 days" },
  { value: "14d", label: "Last 14 days" },
  { value: "30d", label: "Last 30 days" },
  { value: "90d", label: "Last 90 days" },
  { value: "365d", label: "Last year" },
] as const;

export const DEFAULT_RANGE = "7d";

/** The length of a range such as "24h" in milliseconds; null where it is none. */
export function lengthOf(range: string): number | null {
  const found = /^(\d{1,4})([mhd])$/.exec(range);
  return found ? Number(found[1]) * (UNITS[found[2] as string] as number) : null;
}

/** What is left of a search once everything that says no time is dropped. */
export function readTimeSearch(search: Record<string, unknown>): TimeSearch {
  const found: TimeSearch = {};
  if (typeof search.range === "string" && lengthOf(search.range) !== null) found.range = search.range;
  if (isMoment(search.from)) found.from = search.from;
  if (isMoment(search.to)) found.to = search.to;
  if (typeof search.zone === "string") found.zone = search.zone;
  return found;
}

function isMoment(value: unknown): value is string {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}

/**
 * The window that a search means at a moment. One that ends now ends on a round moment, so that every panel of a page,
 * and a page that is drawn again, asks the same question.
 */
export function windowOf(search: TimeSearch, now: Date): TimeWindow {
  if (search.from && search.to && Date.parse(search.from) < Date.parse(search.to)) {
    return { start: new Date(search.from), end: new Date(search.to), range: null };
  }
  const range = search.range ?? DEFAULT_RANGE;
  const length = lengthOf(range) as number;
  const grain = length <= 3_600_000 ? 5_000 : 60_000;
  const end = new Date(Math.ceil(now.getTime() / grain) * grain);
  return { start: new Date(end.getTime() - length), end, range };
}

/** The width of bucket that cuts a window into some dozens of points. */
export function bucketFor({ start, end }: TimeWindow): Bucket {
  const hours = (end.getTime() - start.getTime()) / 3_600_000;
  if (hours <= 3) return "min";
  if (hours <= 24 * 8) return "hour";
  if (hours <= 24 * 120) return "day";
  return hours <= 24 * 800 ? "week" : "month";
}
