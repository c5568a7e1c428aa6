/** A score in the making: what is asked for follows from what is known of its name. */

import type { Definition, ScoreKind } from "@/api";
import type { Said } from "./useScoring";
import { FEEDBACK } from "./values";

export interface Draft {
  name: string;
  /** The kind where nothing is known of the name. */
  kind: ScoreKind;
  typed: string;
  comment: string;
}

export const EMPTY: Draft = { name: "", kind: "numeric", typed: "", comment: "" };

export const KINDS: readonly { value: ScoreKind; label: string }[] = [
  { value: "numeric", label: "Number" },
  { value: "boolean", label: "Yes or no" },
  { value: "categorical", label: "Category" },
  { value: "text", label: "Text" },
  { value: "correction", label: "Correction" },
];

/** What is known of the name of a draft. */
export function definitionOf(draft: Draft, definitions: readonly Definition[]): Definition | null {
  const name = draft.name.trim();
  if (name === FEEDBACK) return { name, kind: "boolean" };
  return definitions.find((one) => one.name === name) ?? null;
}

/** What a draft says; or why it says nothing yet, which is empty where something has only not been filled in. */
export function read(draft: Draft, definition: Definition | null): Said | string {
  const name = draft.name.trim();
  if (name === "") return "";
  const kind = definition?.kind ?? draft.kind;
  const value = readValue(kind, draft.typed, definition);
  if (typeof value === "object") return value.problem;
  return { name, kind, value, comment: draft.comment.trim() };
}

type Problem = { problem: string };

export function readValue(
  kind: ScoreKind,
  typed: string,
  definition: Definition | null,
): number | boolean | string | Problem {
  const said = typed.trim();
  if (said === "") return { problem: "" };
  if (kind === "numeric") return readNumber(said, definition);
  if (kind === "boolean") return said === "yes";
  return said;
}

function readNumber(said: string, definition: Definition | null): number | Problem {
  const value = Number(said);
  if (!Number.isFinite(value)) return { problem: "That is not a number." };
  const bounds = boundsOf(definition);
  if (bounds && (value < bounds[0] || value > bounds[1])) return { problem: `From ${bounds[0]} to ${bounds[1]}.` };
  return value;
}

/** The range of a score, where somebody has defined one; what was only seen so far bounds nothing. */
export function boundsOf(definition: Definition | null): [number, number] | null {
  if (!definition || definition.inferred) return null;
  const { minimum, maximum } = definition;
  return minimum == null || maximum == null ? null : [minimum, maximum];
}

/** The value of a score as its field holds it. */
export function typedOf(value: number | boolean | string): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}
