/** A definition as it is typed, and as the API takes it. */

import type { Definition, DefinitionInput, Direction, ScoreKind } from "@/api";

export interface Draft {
  name: string;
  kind: ScoreKind;
  minimum: string;
  maximum: string;
  /** One category to a line. */
  categories: string;
  direction: Direction;
  description: string;
  strict: boolean;
}

export function draftOf(name: string, found: Definition | undefined): Draft {
  return {
    name,
    kind: found?.kind ?? "numeric",
    // What was seen is no bound: an inferred range is shown by the list, not put into the form.
    minimum: found?.inferred ? "" : typed(found?.minimum),
    maximum: found?.inferred ? "" : typed(found?.maximum),
    categories: (found?.categories ?? []).join("\n"),
    direction: found?.direction ?? "higher",
    description: found?.description ?? "",
    strict: found?.strict ?? false,
  };
}

function typed(value: number | null | undefined): string {
  return value == null ? "" : String(value);
}

/** What is sent; null where a name is missing, or a bound is no number. What it means is for the API to judge. */
export function inputOf(draft: Draft): DefinitionInput | null {
  const minimum = bound(draft.minimum);
  const maximum = bound(draft.maximum);
  if (draft.name.trim() === "" || Number.isNaN(minimum) || Number.isNaN(maximum)) return null;
  const { kind, direction, description, strict } = draft;
  return {
    kind,
    direction,
    description,
    strict,
    ...(kind === "numeric" ? { minimum, maximum } : {}),
    ...(kind === "categorical" ? { categories: lines(draft.categories) } : {}),
  };
}

function bound(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
