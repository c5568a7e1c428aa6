/** What the address of the dashboard, and of pages that show the same of fewer calls, may say. */

import type { Ranking } from "@/api";
import { type FilterState, readFilterSearch } from "@/data/filter";
import type { Bucket } from "@/data/window";
import { BUCKETS } from "./buckets";
import { isDimension } from "./dimensions";

export interface OverviewSearch {
  filter?: FilterState;
  /** The dimension that every chart is split by. */
  by?: string;
  /** How wide the buckets of charts are; without it as suits the window. */
  bucket?: Bucket;
  /** Whether the window before is drawn beside. */
  compare?: boolean;
  /** Whether the page asks again by itself. */
  live?: boolean;
  /** What tables are sorted by. */
  order?: Ranking;
  /** The property whose values are listed. */
  property?: string;
}

type Raw = Record<string, unknown>;

const ORDERS: readonly Ranking[] = [
  "n",
  "error_rate",
  "cost",
  "tokens",
  "latency_p50",
  "latency_p95",
  "time_to_first_token_p95",
  "users",
];
const MOST_PAGES = 10_000;

export function readOverview(raw: Raw): OverviewSearch {
  const { filter } = readFilterSearch(raw);
  const bucket = BUCKETS.find((one) => one === raw.bucket);
  return {
    ...(filter ? { filter } : {}),
    ...(isDimension(raw.by) ? { by: raw.by } : {}),
    ...(bucket ? { bucket } : {}),
    ...(raw.compare === true ? { compare: true } : {}),
    ...(raw.live === true ? { live: true } : {}),
    ...rankingOf(raw.order),
    ...text("property", raw.property),
  };
}

/** An entry of a text, or none. What looks like a number in an address is read as one. */
export function text<Name extends string>(name: Name, value: unknown): { [key in Name]?: string } {
  const said = typeof value === "number" ? String(value) : value;
  return typeof said === "string" && said !== "" ? ({ [name]: said } as { [key in Name]: string }) : {};
}

/** What a table is sorted by; the most requests first is said by saying nothing. */
export function rankingOf(value: unknown): { order?: Ranking } {
  const order = ORDERS.find((one) => one === value);
  return order && order !== "n" ? { order } : {};
}

/** A page of a table, from 1; the first one is said by saying nothing. */
export function pageOf(value: unknown): { page?: number } {
  return typeof value === "number" && Number.isInteger(value) && value > 1 && value <= MOST_PAGES
    ? { page: value }
    : {};
}
