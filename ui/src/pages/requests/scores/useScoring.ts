import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createScore, deleteScore, editScore, getCall, type ScoreInput, type ScoreRecord } from "@/api";
import {
  getCallQueryKey,
  getEvalScoresQueryKey,
  getVersionsOfScoreQueryKey,
  listDefinitionsQueryKey,
  queryScoresQueryKey,
} from "@/api/@tanstack/react-query.gen";
import { useMe } from "@/data/me";
import { tell } from "@/design";
import { refreshCalls } from "../live/rows";
import { FEEDBACK } from "./values";

/** What is said of a request: without what follows from who says it of which. */
export type Said = Pick<ScoreInput, "name" | "value" | "kind" | "comment">;

export interface Scoring {
  add: (said: Said) => Promise<boolean>;
  edit: (score: ScoreRecord, changed: Pick<Said, "value" | "comment">, reason: string) => Promise<boolean>;
  remove: (score: ScoreRecord, reason: string) => Promise<boolean>;
  rate: (up: boolean) => Promise<boolean>;
  busy: boolean;
}

/** The question for all current scores of a request. */
export function scoresOf(requestId: string) {
  return { body: { targets: ["request" as const], target_ids: [requestId], limit: 1000 } };
}

/** Scores a request in the name of whoever is signed in, and brings up to date all that shows its scores. */
export function useScoring(requestId: string): Scoring {
  const queries = useQueryClient();
  const freshen = async () => {
    // A score may be there before its request is: then there is no row to freshen.
    const { data } = await getCall({ path: { request_id: requestId } });
    if (!data) return;
    const call = data.data;
    refreshCalls(queries, [call]);
    for (const query of [undefined, { at: call.created_at }]) {
      queries.setQueryData(getCallQueryKey({ path: { request_id: requestId }, query }), data);
    }
  };
  return useScoringOf({ request_id: requestId }, async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: queryScoresQueryKey(scoresOf(requestId)) }),
      queries.invalidateQueries({ queryKey: getEvalScoresQueryKey() }),
      freshen(),
    ]);
  });
}

/** Scores a target in the name of whoever is signed in; `refresh` brings up to date what shows scores of that target. */
export function useScoringOf(
  target: Pick<ScoreInput, "request_id" | "session_id">,
  refresh: () => Promise<unknown>,
): Scoring {
  const { author } = useMe();
  const queries = useQueryClient();
  const settle = (scoreId: string) =>
    Promise.all([
      queries.invalidateQueries({ queryKey: getVersionsOfScoreQueryKey({ path: { score_id: scoreId } }) }),
      queries.invalidateQueries({ queryKey: listDefinitionsQueryKey() }),
      refresh(),
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
      const body: ScoreInput = { ...said, ...target, source: "human", author };
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
