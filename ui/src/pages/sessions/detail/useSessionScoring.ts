import { useQueryClient } from "@tanstack/react-query";
import { getSessionQueryKey, queryScoresQueryKey } from "@/api/@tanstack/react-query.gen";
import { type Scoring, useScoringOf } from "@/pages/requests/scores/useScoring";

/** The question for all current scores of a session as a whole. */
export function scoresOf(sessionId: string) {
  return { body: { targets: ["session" as const], target_ids: [sessionId], limit: 1000 } };
}

/** Scores a session in the name of whoever is signed in, and brings up to date all that shows its scores. */
export function useSessionScoring(sessionId: string): Scoring {
  const queries = useQueryClient();
  return useScoringOf({ session_id: sessionId }, () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: queryScoresQueryKey(scoresOf(sessionId)) }),
      queries.invalidateQueries({ queryKey: getSessionQueryKey({ path: { session_id: sessionId } }) }),
    ]),
  );
}
