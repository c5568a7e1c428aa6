/** The API's words as people say them. */

import type { Clustering, Correction, Direction, Means, Method, ScoreKind, Source, Word } from "@/api";
import type { Tone } from "@/design";

export const KINDS: Record<ScoreKind, string> = {
  numeric: "number",
  boolean: "yes or no",
  categorical: "category",
  text: "words",
  correction: "correction",
};

export const DIRECTIONS: Record<Direction, string> = {
  higher: "higher is better",
  lower: "lower is better",
  neither: "neither way is better",
};

export const ARROWS: Record<Direction, string> = { higher: "↑", lower: "↓", neither: "↔" };

export const SOURCES_IN_WORDS: Record<Source, string> = {
  human: "people",
  model: "judge models",
  code: "code",
  end_user: "end users",
  api: "not named",
};

export const CLUSTERINGS: readonly { value: Clustering; label: string; note: string }[] = [
  { value: "auto", label: "by session, else user", note: "the default" },
  { value: "session", label: "by session", note: "scores of a session hang together" },
  { value: "user", label: "by user", note: "scores of a user hang together" },
  { value: "none", label: "each score by itself", note: "intervals too narrow if untrue" },
];

/** How an interval was made, for whoever wants to check it. */
export const METHODS: Record<Method | Means | Correction, string> = {
  none: "no interval",
  t: "Student’s t",
  wilson: "Wilson’s interval",
  "clustered-t": "t over clusters",
  "clustered-wilson": "Wilson’s interval over clusters",
  weighted: "t, weighted by how scores were drawn",
  "weighted-wilson": "Wilson’s interval, weighted by how scores were drawn",
  welch: "Welch’s t",
  newcombe: "Newcombe’s interval of two rates",
  clustered: "t over clusters",
  "paired-t": "Student’s t of pairs",
  "paired-newcombe": "Newcombe’s interval of paired rates",
  cuped: "t over clusters, adjusted (CUPED)",
  "ppi++": "PPI++",
  "rogan-gladen": "Rogan–Gladen",
};

export const VERDICT_TONES: Record<Word, Tone> = {
  better: "good",
  worse: "bad",
  higher: "accent",
  lower: "accent",
  same: "plain",
  "not yet known": "plain",
};

/** Dimensions that every score can be cut by, in words. */
export const DIMENSIONS: Record<string, string> = {
  model: "Model",
  provider: "Provider",
  prompt_id: "Prompt",
  prompt_version: "Prompt version",
  user_id: "User",
  session_name: "Session name",
  status: "Status",
  country_code: "Country",
  source: "Kind of judge",
  author: "Judge",
};

const PROPERTY = "property:";

export function dimensionName(dimension: string): string {
  return DIMENSIONS[dimension] ?? dimension.replace(PROPERTY, "");
}

/** The value of a dimension as it is read: what is not known is said so. */
export function valueName(value: string): string {
  if (value === "(other)") return "all smaller ones";
  return value === "" ? "not known" : value;
}

/** Who a score is by: a name, else the kind of judge. */
export function judgeName(source: string, author: string): string {
  return author === "" ? (SOURCES_IN_WORDS[source as Source] ?? source) : author;
}

/** What holds of all numbers here, whoever reads them. */
export const LIMITS: readonly string[] = [
  "Intervals are of 95 % and hold one at a time. Among twenty of them one is expected to miss.",
  "Scores of one session or user are not independent: intervals count clusters, not rows.",
  "A stretch without scores has no mean. It is a gap, not a zero.",
  "Striped stretches are still filling: scores of theirs are expected to come.",
  "Scores that were drawn with a known probability weigh by it. What nobody could draw is outside of the estimate.",
  "No interval knows of a judge that is wrong. Correct it under Judges.",
];
