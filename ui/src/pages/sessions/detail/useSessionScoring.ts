import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createScore, deleteScore, editScore } from "@/api";
import {
  getSessionQueryKey,
  getVersionsOfScoreQueryKey,
  listDefinitionsQueryKey,
  queryScoresQueryKey,
} from "@/api/@tanstack/react-query.gen";
import { useMe } from "@/data/me";
import { tell } from "@/design";
import type { Said, Scoring } from "@/pages/requests/scores/useScoring";
import { FEEDBACK } from "@/pages/requests/scores/values";

/** The question for all current scores of a session as a whole. */
export function scoresOf(sessionId: string) {
  return { body: { targets: ["session" as const], target_ids: [sessionId], limit: 1000 } };
}

/** Scores a session in the name of whoever is signed in, and brings up to date all that shows its scores. */
export function useSessionScoring(sessionId: string): Scoring {
  const { author } = useMe();
  const queries = useQueryClient();
  const settle = (scoreId: string) =>
    Promise.all([
      queries.invalidateQueries({ queryKey: queryScoresQueryKey(scoresOf(sessionId)) }),
      queries.invalidateQueries({ queryKey: getVersionsOfScoreQueryKey({ path: { score_id: scoreId } }) }),
      queries.invalidateQueries({ queryKey: listDefinitionsQueryKey() }),
      queries.invalidateQueries({ queryKey: getSessionQueryKey({ path: { session_id: sessionId } }) }),
    ]);
  const write = useMutation({
    mutationFn: async (deed: () => Promise<string>) => settle(await deed()),
    onError: tell.problem,
  });
  const done = (deed: () => Promise<string>, says: string) =>
    write.mutateAsync(deed).then(
      () => {
        tell.done(says);
        return true;
      },
      () => false,
    );
  const add = (said: Said) =>
    done(async () => {
      const body = { ...said, session_id: sessionId, source: "human" as const, author };
      const { data } = await createScore({ body, throwOnError: true });
      return data.data.id;
    }, "The score is saved.");
  return {
    add,
    edit: (score, changed, reason) =>
      done(async () => {
        const body = { ...changed, reason, version: score.version };
        const { data } = await editScore({ path: { score_id: score.id }, body, throwOnError: true });
        return data.data.id;
      }, "The change is saved; the version before is kept."),
    remove: (score, reason) =>
      done(async () => {
        const { data } = await deleteScore({ path: { score_id: score.id }, query: { reason }, throwOnError: true });
        return data.data.id;
      }, "The score is deleted; its versions are kept."),
    rate: (up) => add({ name: FEEDBACK, value: up, kind: "boolean" }),
    busy: write.isPending,
  };
}
