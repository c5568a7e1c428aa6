/** A queue in the making, as it is typed, and as the API takes it. */

import type { NewQueue } from "@/api";
import type { RaterState } from "../../scores/search";
import type { Words } from "../queue/QueueMenu";
import { type DrawnHow, MAX_SIZE, type NewQueueSearch } from "../search";

export interface Draft extends Words {
  scores: readonly string[];
  how: DrawnHow;
  judge: RaterState | undefined;
  by: string | undefined;
  size: string;
  seed: string;
  perItem: "1" | "2" | "3" | "4" | "5";
  /** In percent. */
  overlap: string;
}

export type Calls = Required<Pick<NewQueue, "filter" | "start" | "end">>;

const SIZE = 50;
const MOST_SCORES = 20;

export function draftOf(search: NewQueueSearch): Draft {
  return {
    name: "",
    description: "",
    instructions: "",
    scores: search.scores ?? [],
    how: search.how ?? "uniform",
    judge: search.judge,
    by: search.by,
    size: String(search.size ?? SIZE),
    seed: search.seed === undefined ? "" : String(search.seed),
    perItem: "1",
    overlap: "100",
  };
}

/** Why it cannot be drawn yet; empty where it can. */
export function problemOf({ name, scores, size, seed, perItem, overlap }: Draft): string {
  if (name.trim() === "") return "Give it a name.";
  if (scores.length === 0) return "Choose the scores to give.";
  if (scores.length > MOST_SCORES) return `At most ${MOST_SCORES} scores.`;
  if (!isWhole(size, 1, MAX_SIZE)) return `Draw 1 to ${MAX_SIZE} calls.`;
  if (seed.trim() !== "" && !isWhole(seed, 0, Number.MAX_SAFE_INTEGER)) return "A seed is a whole number, or nothing.";
  const share = Number(overlap);
  return perItem !== "1" && !(overlap.trim() !== "" && share >= 0 && share <= 100) ? "A share is from 0 to 100 %." : "";
}

function isWhole(typed: string, least: number, most: number): boolean {
  const value = Number(typed);
  return typed.trim() !== "" && Number.isSafeInteger(value) && value >= least && value <= most;
}

/** What is sent; null while something is missing. */
export function bodyOf(draft: Draft, calls: Calls): NewQueue | null {
  if (problemOf(draft) !== "") return null;
  const { name, description, instructions, scores, how, size, seed, perItem, overlap } = draft;
  return {
    name: name.trim(),
    description: description.trim(),
    instructions: instructions.trim(),
    scores: [...scores],
    how,
    ...calls,
    size: Number(size),
    per_item: Number(perItem),
    overlap: perItem === "1" ? 1 : Number(overlap) / 100,
    ...(how === "uncertain" ? { judge: judgeOf(draft), by: draft.by ?? null } : {}),
    ...(seed.trim() === "" ? {} : { seed: Number(seed) }),
  };
}

/** The judge that is checked: of the first score, where it has no name of its own. */
export function judgeOf({ judge, scores }: Draft): RaterState {
  return { ...judge, name: judge?.name ?? scores[0] };
}
