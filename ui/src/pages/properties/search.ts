/** What the addresses of the property pages may say. */

import type { Ranking } from "@/api";
import { type FilterState, readFilterSearch } from "@/data/filter";
import { pageOf, rankingOf, text } from "@/pages/dashboard/search";

export interface PropertiesSearch {
  filter?: FilterState;
  /** Whether hidden properties are listed, too. */
  hidden?: boolean;
}

export interface PropertySearch {
  filter?: FilterState;
  order?: Ranking;
  /** What the chart of the largest values shows. */
  show?: string;
  /** Which page of values, from 1. */
  page?: number;
}

type Raw = Record<string, unknown>;

export function readProperties(raw: Raw): PropertiesSearch {
  const { filter } = readFilterSearch(raw);
  return { ...(filter ? { filter } : {}), ...(raw.hidden === true ? { hidden: true } : {}) };
}

export function readProperty(raw: Raw): PropertySearch {
  const { filter } = readFilterSearch(raw);
  return {
    ...(filter ? { filter } : {}),
    ...rankingOf(raw.order),
    ...text("show", raw.show),
    ...pageOf(raw.page),
  };
}
