/** The API's client as this page uses it: the session travels in a cookie, and a refusal is an error with a sentence. */

import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { client } from "@/api/client.gen";

/** What the server answered instead of what was asked for: its status, its code, its sentence. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    sentence: string,
  ) {
    super(sentence);
  }
}

client.setConfig({ baseUrl: "", credentials: "same-origin", responseStyle: "fields" });

client.interceptors.error.use((error, response) => {
  if (error instanceof DOMException && error.name === "AbortError") return error;
  if (!response) return new Refusal(0, "unreachable", "The server did not answer. Is it running?");
  const said = error as { error?: unknown } | undefined;
  const sentence = typeof said?.error === "string" ? said.error : `The server answered ${response.status}.`;
  return new Refusal(response.status, response.headers.get("helicorder-error") ?? "", sentence);
});

const SIGNED_OUT = 401;
const FIRST_FAULT = 500;

/** The cache of answers. `onRefused` is called when a session has ended. A 4xx is final; what the server could not do just now is tried again, twice. */
export function makeQueryClient(onRefused: () => void): QueryClient {
  const watch = (error: unknown, meta: Record<string, unknown> | undefined) => {
    if (error instanceof Refusal && error.status === SIGNED_OUT && !meta?.asksWhoIsSignedIn) onRefused();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError: (error, { meta }) => watch(error, meta) }),
    mutationCache: new MutationCache({ onError: (error, _sent, _before, { meta }) => watch(error, meta) }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) =>
          failures < 2 && (!(error instanceof Refusal) || error.status === 0 || error.status >= FIRST_FAULT),
      },
    },
  });
}
