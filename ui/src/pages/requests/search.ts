/** What the addresses of the request pages say, read so that nothing malformed gets through. */

import type { CallSort, CallSortKey } from "@/api";
import { type FilterSearch, readFilterSearch } from "@/data/filter";
import { type ColumnChoice, readColumns } from "./columns/choice";

export const TABS = ["chat", "raw", "scores"] as const;
export type Tab = (typeof TABS)[number];

/** Which of several calls under one id, and which face of it. */
export interface CallSearch {
  /** When the call was made; without it the newest of its id is shown. */
  at?: string;
  tab?: Tab;
}

export interface RequestsSearch extends FilterSearch, CallSearch {
  /** The id of the request whose detail stands open. */
  open?: string;
  /** A sort key; a minus before it means the largest first. */
  sort?: string;
  live?: boolean;
  /** Whether the chart is shown; where nothing is said, the width of the screen decides. */
  chart?: boolean;
  columns?: ColumnChoice[];
}

export function readRequestsSearch(search: Record<string, unknown>): RequestsSearch {
  const found: RequestsSearch = { ...readFilterSearch(search), ...readCallSearch(search) };
  const open = text(search.open);
  if (open !== undefined) found.open = open;
  const sort = text(search.sort);
  if (sort !== undefined && readSort(sort)) found.sort = sort;
  if (search.live === true) found.live = true;
  if (typeof search.chart === "boolean") found.chart = search.chart;
  const columns = readColumns(search.columns);
  if (columns) found.columns = columns;
  return found;
}

export function readCallSearch(search: Record<string, unknown>): CallSearch {
  const found: CallSearch = {};
  const at = text(search.at);
  if (at !== undefined && !Number.isNaN(Date.parse(at))) found.at = at;
  const tab = TABS.find((one) => one === search.tab);
  if (tab && tab !== "chat") found.tab = tab;
  return found;
}

/** An id that is all digits is read from an address as a number. */
function text(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

const SORT_KEYS: readonly CallSortKey[] = [
  "created_at",
  "latency_ms",
  "time_to_first_token_ms",
  "cost_usd",
  "total_tokens",
  "prompt_tokens",
  "completion_tokens",
  "status",
  "model",
  "provider",
  "user_id",
];

export const NEWEST_FIRST: CallSort = { key: "created_at", ascending: false };

/** "-cost_usd" as the API takes it; null where it is none of its keys. */
export function readSort(written: string | undefined): CallSort | null {
  if (written === undefined) return NEWEST_FIRST;
  const ascending = !written.startsWith("-");
  const key = SORT_KEYS.find((one) => one === (ascending ? written : written.slice(1)));
  return key ? { key, ascending } : null;
}

/** The same as the address holds it; the newest first is said by saying nothing. */
export function writeSort({ key, ascending }: CallSort): string | undefined {
  if (key === NEWEST_FIRST.key && !ascending) return undefined;
  return `${ascending ? "" : "-"}${key}`;
}
