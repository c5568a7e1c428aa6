import { useQueries } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { CallRecord, CallsQuery } from "@/api";
import { queryCallsOptions } from "@/api/@tanstack/react-query.gen";
import { learned, PAGE, type Places, pagesFor, rowsOf, startOf } from "./places";

/** How long a page that is out of sight is remembered. */
const REMEMBERED_MS = 30_000;

export interface Pages {
  /** How many rows the list shows, those on their way included. */
  length: number;
  /** Whether the last row is known. */
  ended: boolean;
  at: (index: number) => CallRecord | undefined;
  error: unknown;
  /** Whether nothing has come yet. */
  isPending: boolean;
  /** Whether these are the rows of the question before, until the first of the new one come. */
  isOld: boolean;
  refetch: () => void;
}

/** How a page is asked for; the cursor of the first is left out. */
export function pageOptions(question: CallsQuery, cursor: string | null) {
  return queryCallsOptions({ body: { ...question, limit: PAGE, ...(cursor === null ? {} : { cursor }) } });
}

/** The calls of a question, of which only those near the rows in sight are held. */
export function usePages(question: CallsQuery, [first, last]: readonly [number, number]): Pages {
  const asked = JSON.stringify(question);
  const [known, setKnown] = useState<Places>(() => startOf(asked));
  // Another question begins anew at once, before anything of the old one could be shown.
  const places = known.question === asked ? known : startOf(asked);
  // The first is always held: what comes live is told apart from it.
  const wanted = [...new Set([0, ...pagesFor(places, first, last)])];
  const queries = useQueries({
    queries: wanted.map((page) => ({
      ...pageOptions(question, places.cursors[page] ?? null),
      gcTime: REMEMBERED_MS,
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const held = new Map(wanted.map((page, index) => [page, queries[index]?.data?.data]));
  // After every render: what has come since tells where the next page begins.
  useEffect(() => {
    let next = places;
    for (const [page, answer] of held) {
      if (answer) next = learned(next, page, answer.calls.length, answer.cursor);
    }
    if (next !== known) setKnown(next);
  });
  const failed = queries.find((query) => query.error);
  const isPending = places.cursors.length === 1 && places.total === null;
  const pages: Pages = {
    length: rowsOf(places),
    ended: places.total !== null,
    at: (index) => held.get(Math.floor(index / PAGE))?.calls[index % PAGE],
    error: failed?.error,
    isPending,
    isOld: false,
    refetch: () => void failed?.refetch(),
  };
  const before = useRef<Pages | null>(null);
  if (isPending && !failed && before.current) return { ...before.current, isOld: true };
  if (!isPending) before.current = pages;
  return pages;
}
