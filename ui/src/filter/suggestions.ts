/** What is known of names and values, so that a filter need not be typed from memory. */

import { useQuery } from "@tanstack/react-query";
import { getEvalScoresOptions, getRequestsClickhouseOptions } from "@/api/@tanstack/react-query.gen";

const NOTHING: readonly string[] = [];
/** How many of the newest calls are looked at for the names of properties. */
const NEWEST = 100;

/** The names that a keyed column has: of scores, of properties. */
export function useKeys(field: string): readonly string[] {
  const scores = useQuery({ ...getEvalScoresOptions(), enabled: field === "scores" });
  const properties = useQuery({
    ...getRequestsClickhouseOptions({ body: { filter: "all", limit: NEWEST } }),
    enabled: field === "properties",
    staleTime: 300_000,
    select: ({ data }) =>
      [...new Set(data.flatMap((call) => Object.keys(call.request_properties ?? {})))].sort(ownFirst),
  });
  if (field === "properties") return properties.data ?? NOTHING;
  return field === "scores" ? (scores.data?.data ?? NOTHING) : NOTHING;
}

/** Names that people gave come before those that the gateway's own headers make. */
function ownFirst(one: string, other: string): number {
  const made = (name: string) => Number(name.startsWith("Helicone-"));
  return made(one) - made(other) || one.localeCompare(other);
}

/** Values that a column has had, the most frequent first. */
export function useValues(_field: string, _key: string): readonly string[] {
  return NOTHING;
}
