/** What the address of the list of users may say. */

import type { UserSort } from "@/api";
import { type FilterSearch, readFilterSearch } from "@/data/filter";
import { pageOf } from "@/pages/dashboard/search";

export interface UsersSearch extends FilterSearch {
  /** A sort key; a minus before it means the largest first. */
  sort?: string;
  /** Which page, from 1. */
  page?: number;
}

export type UserSortKey = Exclude<keyof UserSort, "id">;

const KEYS: readonly UserSortKey[] = [
  "user_id",
  "total_requests",
  "total_errors",
  "cost",
  "total_prompt_tokens",
  "total_completion_tokens",
  "average_tokens_per_request",
  "active_for",
  "first_active",
  "last_active",
];

export interface UserOrder {
  key: UserSortKey;
  ascending: boolean;
}

export const BUSIEST_FIRST: UserOrder = { key: "total_requests", ascending: false };

export function readUsers(raw: Record<string, unknown>): UsersSearch {
  const found: UsersSearch = { ...readFilterSearch(raw), ...pageOf(raw.page) };
  if (typeof raw.sort === "string" && readSort(raw.sort)) found.sort = raw.sort;
  return found;
}

/** "-cost" as the API takes it; null where it is none of its keys. */
export function readSort(written: string | undefined): UserOrder | null {
  if (written === undefined) return BUSIEST_FIRST;
  const ascending = !written.startsWith("-");
  const key = KEYS.find((one) => one === (ascending ? written : written.slice(1)));
  return key ? { key, ascending } : null;
}

export function writeSort({ key, ascending }: UserOrder): string | undefined {
  if (key === BUSIEST_FIRST.key && !ascending) return undefined;
  return `${ascending ? "" : "-"}${key}`;
}
