/** What is known of names and values, so that a filter need not be typed from memory. */

import { useQuery } from "@tanstack/react-query";
import { getEvalScoresOptions } from "@/api/@tanstack/react-query.gen";

const NOTHING: readonly string[] = [];

/** The names that a keyed column has: of scores, of properties. */
export function useKeys(field: string): readonly string[] {
  const scores = useQuery({ ...getEvalScoresOptions(), enabled: field === "scores" });
  return field === "scores" ? (scores.data?.data ?? NOTHING) : NOTHING;
}

/** Values that a column has had, the most frequent first. */
export function useValues(_field: string, _key: string): readonly string[] {
  return NOTHING;
}
