/** What the page asks the API for: the same calls for the table, the chart, the count, the tail and a file. */

import { useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { CallsQuery } from "@/api";
import { type Tree, treeOf } from "@/data/filter";
import { useWindow } from "@/data/now";
import { NEWEST_FIRST, type RequestsSearch, readSort } from "./search";

/** Which calls: a filter, words, a stretch of time. */
export interface Asked {
  filter: Tree;
  search: string;
  start: string;
  end: string;
}

export function useAsked(): Asked {
  const { filter, search = "" }: RequestsSearch = useSearch({ strict: false });
  const { start, end } = useWindow();
  return useMemo(
    () => ({ filter: treeOf(filter), search, start: start.toISOString(), end: end.toISOString() }),
    [filter, search, start, end],
  );
}

/** The question of the table. */
export function useQuestion(): CallsQuery {
  const asked = useAsked();
  const { sort }: RequestsSearch = useSearch({ strict: false });
  return useMemo(() => ({ ...asked, sort: readSort(sort) ?? NEWEST_FIRST }), [asked, sort]);
}
