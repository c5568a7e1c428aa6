/** Who is signed in. The session is a cookie that no script can read; this asks the server whose it is. */

import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { signOut as askToSignOut, type Me, type Scope } from "@/api";
import { getMeOptions } from "@/api/@tanstack/react-query.gen";
import { Refusal } from "./client";

const SIGNED_OUT = 401;

export function meQuery() {
  return queryOptions({ ...getMeOptions(), staleTime: Number.POSITIVE_INFINITY, meta: { asksWhoIsSignedIn: true } });
}

/** Who is signed in; only for what stands behind the sign-in. */
export function useMe(): Me {
  const { data } = useQuery(meQuery());
  if (!data) throw new Error("Nobody is signed in.");
  return data.data;
}

/** Whether whoever is signed in may do what needs a scope. */
export function useMay(scope: Scope): boolean {
  const { scopes } = useMe();
  return scopes.includes(scope) || scopes.includes("admin");
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof Refusal && error.status === SIGNED_OUT;
}

/** Asks again who is signed in, and forgets what was answered to whoever was. */
export function forgetMe(queries: QueryClient): void {
  queries.removeQueries({ predicate: ({ queryKey }) => !isMe(queryKey) });
  void queries.resetQueries({ queryKey: meQuery().queryKey });
}

function isMe(key: readonly unknown[]): boolean {
  return JSON.stringify(key) === JSON.stringify(meQuery().queryKey);
}

export async function signOut(queries: QueryClient): Promise<void> {
  await askToSignOut({ throwOnError: true });
  forgetMe(queries);
}
