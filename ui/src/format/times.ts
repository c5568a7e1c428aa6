/** How moments are written: in a zone, with UTC at hand. */

export const LOCAL_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone}${JSON.stringify(options)}`;
  const known = cache.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
  cache.set(key, made);
  return made;
}

/** "26 Nov 2026, 22:33:55" in a zone. */
export function moment(at: string | Date, zone: string): string {
  return formatter(zone, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(at));
}

/** "26 Nov, 22:33:55"; the year is said where it is not this one. */
export function brief(at: string | Date, zone: string): string {
  const when = new Date(at);
  const year = when.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  const time = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  return formatter(zone, { day: "2-digit", month: "short", year, ...time }).format(when);
}

/** "22:33:55": beside a day, or within one. */
export function clock(at: string | Date, zone: string): string {
  return formatter(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(new Date(at));
}

/** "26 Nov". */
export function day(at: string | Date, zone: string): string {
  return formatter(zone, { day: "numeric", month: "short" }).format(new Date(at));
}

/** The moment in UTC to the millisecond, for whoever compares it with a log. */
export function utc(at: string | Date): string {
  return `${new Date(at).toISOString().replace("T", " ").replace("Z", "")} UTC`;
}

/** "3 min ago"; of what is older than a week, the day. */
export function ago(at: string | Date, now: Date, zone: string): string {
  const seconds = Math.round((now.getTime() - new Date(at).getTime()) / 1000);
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return seconds < 7 * 86_400 ? `${Math.floor(seconds / 86_400)} d ago` : day(at, zone);
}

/** How many minutes of its day have gone by at a second since 1970, in a zone. */
export function minuteOfDay(second: number, zone: string): number {
  const time = formatter(zone, { hour: "2-digit", minute: "2-digit" }).format(second * 1000);
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return (hour % 24) * 60 + minute;
}

/** The words of a tick on a time axis whose buckets are of a width. */
export function tick(seconds: number, zone: string, bucket: string): string {
  const at = new Date(seconds * 1000);
  if (bucket === "min" || bucket === "hour") {
    const time = formatter(zone, { hour: "2-digit", minute: "2-digit" }).format(at);
    return time === "00:00" || time === "24:00" ? day(at, zone) : time;
  }
  if (bucket === "month") return formatter(zone, { month: "short", year: "2-digit" }).format(at);
  return bucket === "year" ? formatter(zone, { year: "numeric" }).format(at) : day(at, zone);
}
