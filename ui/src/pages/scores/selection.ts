/** From the address of a page to what the API is asked: which scores, of which time. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { BreakdownQuery, Clock, Clustering, Definition, ScoreKind, Segment, Source } from "@/api";
import { breakDownScoreOptions, listDefinitionsOptions } from "@/api/@tanstack/react-query.gen";
import { type Tree, treeOf } from "@/data/filter";
import { useWindow } from "@/data/now";
import { COUNTED, type SelectionSearch } from "./search";

export interface Selected {
  start: string;
  end: string;
  filter: Tree;
  clock?: Clock;
  cluster?: Clustering;
  sources?: Source[];
  authors?: string[];
}

export interface SelectedScore extends Selected {
  name: string;
  kind: ScoreKind;
}

/** Which scores the address of a page means, whatever they are called. */
export function useSelected(search: SelectionSearch): Selected {
  const { start, end } = useWindow();
  const { filter, clock, cluster, sources, authors } = search;
  return useMemo(
    () => ({
      start: start.toISOString(),
      end: end.toISOString(),
      filter: treeOf(filter),
      clock,
      cluster,
      sources,
      authors,
    }),
    [start, end, filter, clock, cluster, sources, authors],
  );
}

/** Every score of the organisation as it is defined, or as it looks. */
export function useScores() {
  return useQuery(listDefinitionsOptions());
}

/** A score by its name; `undefined` while that is not known, null where there is none. */
export function useScore(name: string | undefined): Definition | null | undefined {
  const scores = useScores();
  if (!scores.data) return undefined;
  return scores.data.data.find((one) => one.name === name) ?? null;
}

export function isCounted(kind: ScoreKind): boolean {
  return COUNTED.includes(kind);
}

const NOBODY: readonly Segment[] = [];

/** Who has judged under a name in the time of the page, with how many scores each: the most busy first. */
export function useJudges(score: SelectedScore | null): { judges: readonly Segment[]; isPending: boolean } {
  const counted = score !== null && isCounted(score.kind);
  const body: BreakdownQuery = {
    ...(score ?? { name: "" }),
    sources: [],
    authors: [],
    by: ["source", "author"],
    top: 50,
  };
  const asked = useQuery({ ...breakDownScoreOptions({ body }), enabled: counted });
  return { judges: asked.data?.data.segments ?? NOBODY, isPending: counted && asked.isPending };
}
