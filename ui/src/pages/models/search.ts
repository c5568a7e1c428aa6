/** What the address of the models page may say. */

import type { Ranking } from "@/api";
import { type FilterState, readFilterSearch } from "@/data/filter";
import { pageOf, rankingOf, text } from "@/pages/dashboard/search";

export interface ModelsSearch {
  filter?: FilterState;
  order?: Ranking;
  /** What the chart shows of the most used models. */
  show?: string;
  /** The score that stands beside the cost. */
  score?: string;
  /** Which page of models, from 1. */
  page?: number;
}

export function readModels(raw: Record<string, unknown>): ModelsSearch {
  const { filter } = readFilterSearch(raw);
  return {
    ...(filter ? { filter } : {}),
    ...rankingOf(raw.order),
    ...text("show", raw.show),
    ...text("score", raw.score),
    ...pageOf(raw.page),
  };
}
