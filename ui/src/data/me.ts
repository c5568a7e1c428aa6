/** Who is signed in. STUB until the API has it. */

import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { getEvalScores } from "@/api";
import { client } from "@/api/client.gen";
import { Refusal } from "./client";

export interface Me {
  organization: { id: string; name: string };
  author: string;
}

client.interceptors.request.use((request) => {
  const key = sessionStorage.getItem("key");
  if (key) request.headers.set("authorization", `Bearer ${key}`);
  return request;
});

export function meQuery() {
  return queryOptions({
    queryKey: ["me"],
    queryFn: async (): Promise<Me> => {
      await getEvalScores({ throwOnError: true });
      return { organization: { id: "x", name: "default" }, author: "bootstrap key" };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useMe(): Me {
  return useQuery(meQuery()).data as Me;
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof Refusal && error.status === 401;
}

export function forgetMe(queries: QueryClient): void {
  void queries.resetQueries({ queryKey: ["me"] });
}

export async function signOut(queries: QueryClient): Promise<void> {
  sessionStorage.removeItem("key");
  forgetMe(queries);
}
