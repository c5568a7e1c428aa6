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

export const ORDERS: readonly Ranking[] = ["n", "error_rate", "cost", "tokens", "latency_p95", "users"];

export function readOverview(raw: Raw): OverviewSearch {
  const { filter } = readFilterSearch(raw);
  const bucket = BUCKETS.find((one) => one === raw.bucket);
  const order = ORDERS.find((one) => one === raw.order);
  return {
    ...(filter ? { filter } : {}),
    ...(isDimension(raw.by) ? { by: raw.by } : {}),
    ...(bucket ? { bucket } : {}),
    ...(raw.compare === true ? { compare: true } : {}),
    ...(raw.live === true ? { live: true } : {}),
    ...(order && order !== "n" ? { order } : {}),
    ...text("property", raw.property),
  };
}

/** An entry of a text, or none. What looks like a number in an address is read as one. */
export function text<Name extends string>(name: Name, value: unknown): { [key in Name]?: string } {
  const said = typeof value === "number" ? String(value) : value;
  return typeof said === "string" && said !== "" ? ({ [name]: said } as { [key in Name]: string }) : {};
}
