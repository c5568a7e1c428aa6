/** What can be said of a call with one key: pure, from what a score asks for. */

import type { Definition, QueueScore } from "@/api";
import { boundsOf, readValue } from "../../requests/scores/draft";

/** A value that stands ready to be chosen; `typed` is it as a field would hold it. */
export interface Choice {
  key: string | null;
  typed: string;
  label: string;
}

const KEYS = 9;
const MOST_CATEGORIES = 30;
const FEWEST_STEPS = 2;
const QUARTERS = [0, 0.25, 0.5, 0.75, 1];

/** The values of a score that stand ready; none where one must be typed. */
export function choicesOf({ kind }: Pick<QueueScore, "kind">, definition: Definition | null): readonly Choice[] {
  if (kind === "boolean") {
    return [
      { key: "y", typed: "yes", label: "Yes" },
      { key: "n", typed: "no", label: "No" },
    ];
  }
  if (kind === "categorical") {
    const known = definition?.categories ?? [];
    if (known.length > MOST_CATEGORIES) return [];
    return known.map((one, place) => ({ key: place < KEYS ? String(place + 1) : null, typed: one, label: one }));
  }
  return kind === "numeric" ? stepsOf(boundsOf(definition)) : [];
}

/** Whether a value that does not stand ready may be given. */
export function isTyped({ kind }: Pick<QueueScore, "kind">, definition: Definition | null): boolean {
  if (kind === "boolean") return false;
  if (kind !== "categorical") return true;
  const known = definition?.categories?.length ?? 0;
  return definition === null || definition.inferred === true || known === 0 || known > MOST_CATEGORIES;
}

/** A short scale of whole numbers has each of them; one from 0 to 1, or such, its quarters; all else is typed. */
function stepsOf(bounds: [number, number] | null): readonly Choice[] {
  if (bounds === null) return [];
  const [low, high] = bounds;
  const span = high - low;
  if (Number.isInteger(low) && Number.isInteger(high) && span >= FEWEST_STEPS && span < KEYS) {
    return Array.from({ length: span + 1 }, (_none, step) => {
      const value = String(low + step);
      // On a scale of digits the key is the value.
      return { key: low >= 0 && high <= KEYS ? value : String(step + 1), typed: value, label: value };
    });
  }
  if (span > 1 || span <= 0) return [];
  return QUARTERS.map((share, place) => {
    const value = String(low + span * share);
    return { key: String(place + 1), typed: value, label: value };
  });
}

/** What was typed or chosen, by the name of its score. */
export type Drafts = Readonly<Record<string, string>>;

export type Values = Record<string, number | boolean | string>;

/** The values of a judgement; or null while one that is required is missing, or one is no value. */
export function valuesOf(
  scores: readonly QueueScore[],
  drafts: Drafts,
  definitionOf: (score: QueueScore) => Definition | null,
): Values | null {
  const values: Values = {};
  for (const score of scores) {
    const typed = drafts[score.name] ?? "";
    if (typed.trim() === "") {
      if (score.required) return null;
      continue;
    }
    const value = readValue(score.kind, typed, definitionOf(score));
    if (typeof value === "object") return null;
    values[score.name] = value;
  }
  return Object.keys(values).length > 0 ? values : null;
}

/** The place of the next score that has no value yet, from a place on; the place itself where all have one. */
export function nextUnsaid(scores: readonly QueueScore[], drafts: Drafts, from: number): number {
  for (let step = 1; step <= scores.length; step += 1) {
    const place = (from + step) % scores.length;
    const score = scores[place];
    if (score && (drafts[score.name] ?? "").trim() === "") return place;
  }
  return from;
}
