import { ThumbsDown, ThumbsUp } from "lucide-react";
import type { ReactNode } from "react";
import type { CallScore, ScoreKind } from "@/api";
import { score } from "@/format/numbers";
import { oneLine } from "@/format/texts";

/** The name under which thumbs are kept. */
export const FEEDBACK = "helicone-score-feedback";

/** The name of a score as people read it. */
export function nameOf(name: string): string {
  return name === FEEDBACK ? "Feedback" : name;
}

/** A value in words, whatever its kind. */
export function written(kind: ScoreKind, value: number | boolean | string | null): string {
  if (kind === "boolean") return value === null ? "–" : value ? "yes" : "no";
  if (typeof value === "number") return score(value);
  return value === null ? "–" : oneLine(String(value));
}

/** The value that stands under a name on a call; thumbs as thumbs. */
export function shownValue(of: CallScore): ReactNode {
  if (of.name === FEEDBACK && of.kind === "boolean") return <Thumb up={of.value === true} />;
  return written(of.kind, of.value ?? of.label);
}

export function Thumb({ up }: { up: boolean }) {
  const label = up ? "thumbs up" : "thumbs down";
  return up ? (
    <ThumbsUp size={13} role="img" aria-label={label} />
  ) : (
    <ThumbsDown size={13} role="img" aria-label={label} />
  );
}
