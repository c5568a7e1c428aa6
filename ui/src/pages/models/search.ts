/** What the address of the models page may say. */

import type { Ranking } from "@/api";
import { type FilterState, readFilterSearch } from "@/data/filter";
import { ORDERS } from "@/pages/dashboard/search";

export interface ModelsSearch {
  filter?: FilterState;
  order?: Ranking;
  /** The models that the chart compares; without them the most used. */
  models?: string[];
  /** What the chart shows of them. */
  show?: string;
  /** The score that stands beside the cost. */
  score?: string;
}

export const MOST_COMPARED = 7;

export function readModels(raw: Record<string, unknown>): ModelsSearch {
  const { filter } = readFilterSearch(raw);
  const order = ORDERS.find((one) => one === raw.order);
  const models = Array.isArray(raw.models)
    ? [...new Set(raw.models.filter((one): one is string => typeof one === "string"))].slice(0, MOST_COMPARED)
    : [];
  const score = typeof raw.score === "number" ? String(raw.score) : raw.score;
  return {
    ...(filter ? { filter } : {}),
    ...(order && order !== "n" ? { order } : {}),
    ...(models.length > 0 ? { models } : {}),
    ...(typeof raw.show === "string" ? { show: raw.show } : {}),
    ...(typeof score === "string" && score !== "" ? { score } : {}),
  };
}
