/** Who may be set against whom: everybody who has judged under a name. */

import { useQuery } from "@tanstack/react-query";
import type { Source } from "@/api";
import { queryScoresOptions } from "@/api/@tanstack/react-query.gen";
import type { RaterState } from "../search";
import { isCounted, type SelectedScore, useJudges } from "../selection";

export interface KnownRater {
  rater: RaterState;
  /** How many scores they gave in the time of the page; null where nobody counted. */
  n: number | null;
}

const LOOKED_AT = 500;

/**
 * Everybody who has judged under a name, the busiest first. Categories have no breakdown, so of these the newest scores
 * are looked through.
 */
export function useKnownRaters(selected: SelectedScore): { known: readonly KnownRater[]; isPending: boolean } {
  const counted = isCounted(selected.kind);
  const { judges, isPending } = useJudges(selected);
  const newest = useQuery({
    ...queryScoresOptions({ body: { names: [selected.name], kinds: [selected.kind], limit: LOOKED_AT } }),
    enabled: !counted,
  });
  if (counted) {
    const named = judges.filter(({ values: [, author] }) => author !== "(other)");
    return { known: named.map(({ values: [source, author], n }) => known(source, author, n)), isPending };
  }
  const pairs = new Map(
    (newest.data?.data.scores ?? []).map(({ source, author }) => [
      JSON.stringify([source, author]),
      { source, author },
    ]),
  );
  return {
    known: [...pairs.values()].map(({ source, author }) => known(source, author, null)),
    isPending: newest.isPending,
  };
}

function known(source = "", author = "", n: number | null): KnownRater {
  return { rater: { sources: [source as Source], ...(author === "" ? {} : { authors: [author] }) }, n };
}
