/** Rows of pages that are held, kept current without reading the pages anew. */

import type { QueryClient } from "@tanstack/react-query";
import type { CallRecord, QueryCallsResponse } from "@/api";
import { keyOf } from "./newcomers";

const isPage = ({ queryKey: [first] }: { queryKey: readonly unknown[] }) =>
  typeof first === "object" && first !== null && "_id" in first && first._id === "queryCalls";

/** Puts what is new of some calls into every page that shows them. */
export function refreshCalls(queries: QueryClient, fresh: readonly CallRecord[]): void {
  if (fresh.length === 0) return;
  const byKey = new Map(fresh.map((call) => [keyOf(call), call]));
  queries.setQueriesData<QueryCallsResponse>({ predicate: isPage }, (page) => {
    if (!page?.data.calls.some((call) => byKey.has(keyOf(call)))) return page;
    const calls = page.data.calls.map((call) => withNewer(call, byKey.get(keyOf(call))));
    return { ...page, data: { ...page.data, calls } };
  });
}

/** A call with what may change of it; the previews, which only a page has, stay. */
export function withNewer(call: CallRecord, newer: CallRecord | undefined): CallRecord {
  return newer ? { ...call, scores: newer.scores, properties: newer.properties } : call;
}
