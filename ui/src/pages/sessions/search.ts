/** What the addresses of the session pages may say. */

import type { SessionSort } from "@/api";
import { type FilterSearch, readFilterSearch } from "@/data/filter";

export interface SessionsSearch extends FilterSearch {
  /** The name that all sessions shown have; empty for those without one. */
  name?: string;
  /** A sort key; a minus before it means the largest first. */
  sort?: string;
}

export interface SessionSearch {
  /** The call that is looked at, by its id and time. */
  call?: string;
  at?: string;
  /** The place in the tree that is looked at. */
  path?: string;
  /** The places whose content is folded away. */
  folded?: string[];
  /** The stretch of the session that the time axis shows, in milliseconds from its start. */
  zoom?: [number, number];
  /** The score that has a column. */
  score?: string;
  /** Whether time in which nothing ran is drawn as long as it was. */
  idle?: boolean;
  /** Whether the calls that the session waited for are marked. */
  critical?: boolean;
}

type Raw = Record<string, unknown>;

const SORTS: readonly SessionSort[] = ["last_activity", "started", "duration", "calls", "errors", "cost", "tokens"];

export interface SessionOrder {
  key: SessionSort;
  ascending: boolean;
}

export const LATEST_FIRST: SessionOrder = { key: "last_activity", ascending: false };

export function readSessions(raw: Raw): SessionsSearch {
  const found: SessionsSearch = readFilterSearch(raw);
  const name = word(raw.name);
  if (name !== undefined) found.name = name;
  const sort = word(raw.sort);
  if (sort !== undefined && readSort(sort)) found.sort = sort;
  return found;
}

/** "-cost" as the API takes it; null where it is none of its keys. */
export function readSort(written: string | undefined): SessionOrder | null {
  if (written === undefined) return LATEST_FIRST;
  const ascending = !written.startsWith("-");
  const key = SORTS.find((one) => one === (ascending ? written : written.slice(1)));
  return key ? { key, ascending } : null;
}

/** The same as the address holds it; the latest first is said by saying nothing. */
export function writeSort({ key, ascending }: SessionOrder): string | undefined {
  if (key === LATEST_FIRST.key && !ascending) return undefined;
  return `${ascending ? "" : "-"}${key}`;
}

export function readSession(raw: Raw): SessionSearch {
  const found: SessionSearch = {};
  const [call, path] = [word(raw.call), word(raw.path)];
  if (call !== undefined && call !== "") found.call = call;
  if (typeof raw.at === "string" && !Number.isNaN(Date.parse(raw.at))) found.at = raw.at;
  if (path !== undefined) found.path = path;
  const folded = Array.isArray(raw.folded) ? raw.folded.filter((one): one is string => typeof one === "string") : [];
  if (folded.length > 0) found.folded = folded;
  if (isStretch(raw.zoom)) found.zoom = raw.zoom;
  const score = word(raw.score);
  if (score !== undefined && score !== "") found.score = score;
  if (raw.idle === true) found.idle = true;
  if (raw.critical === true) found.critical = true;
  return found;
}

function isStretch(value: unknown): value is [number, number] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((end) => typeof end === "number" && Number.isFinite(end) && end >= 0) &&
    value[0] < value[1]
  );
}

/** A text, even an empty one. What looks like a number in an address is read as one. */
function word(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : undefined;
}
