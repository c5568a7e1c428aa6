/** What can be asked of calls: every column that a filter may name, in words, with the comparisons it takes. */

import type { Condition, Operator } from "@/data/filter";

export type Kind = "text" | "body" | "number" | "time" | "yes-no" | "thumbs" | "name";

export interface Column {
  field: string;
  label: string;
  kind: Kind;
  /** The key within a map; a column of a map without one asks for it. */
  key?: string;
  keyed?: boolean;
  /** What stands behind a number in the words of people. */
  unit?: string;
  /** What the API cuts calls by to find the values that this column has had. */
  dimension?: string;
  /** What else somebody who looks for it might type. */
  words?: string;
}

/** The property in which every call keeps its session, however it came. */
export const SESSION_KEY = "Helicone-Session-Id";
const BOOLEAN_SUFFIX = "-hcone-bool";

export const COLUMNS: readonly Column[] = [
  { field: "model", label: "Model", kind: "text", dimension: "model" },
  { field: "provider", label: "Provider", kind: "text", dimension: "provider", words: "openai anthropic" },
  { field: "status", label: "Status", kind: "number", dimension: "status", words: "error code failed" },
  { field: "error", label: "Failed", kind: "text", dimension: "error", words: "error outcome cancelled succeeded" },
  { field: "user_id", label: "User", kind: "text", dimension: "user_id" },
  { field: "properties", key: SESSION_KEY, label: "Session", kind: "text", dimension: "session_id", words: "thread" },
  {
    field: "properties",
    key: "Helicone-Session-Name",
    label: "Session name",
    kind: "text",
    dimension: "session_name",
  },
  {
    field: "properties",
    key: "Helicone-Session-Path",
    label: "Session path",
    kind: "text",
    dimension: "session_path",
  },
  { field: "scores", label: "Score", kind: "number", keyed: true, words: "evaluation quality eval" },
  { field: "helicone-score-feedback", label: "Feedback", kind: "thumbs", words: "rating thumbs up down" },
  { field: "properties", label: "Property", kind: "text", keyed: true, words: "tag label metadata custom" },
  { field: "property_key", label: "Has property", kind: "name", words: "tag label" },
  { field: "request_body", label: "Text of the request", kind: "body", words: "body contains prompt question" },
  { field: "response_body", label: "Text of the answer", kind: "body", words: "body contains response completion" },
  { field: "latency", label: "Latency", kind: "number", unit: "ms", words: "duration slow" },
  { field: "time_to_first_token", label: "Time to first token", kind: "number", unit: "ms", words: "ttft streaming" },
  { field: "cost", label: "Cost", kind: "number", unit: "USD", words: "price money dollars" },
  { field: "prompt_tokens", label: "Prompt tokens", kind: "number", words: "input" },
  { field: "completion_tokens", label: "Completion tokens", kind: "number", words: "output" },
  { field: "prompt_cache_read_tokens", label: "Tokens read from cache", kind: "number", words: "cached" },
  { field: "prompt_cache_write_tokens", label: "Tokens written to cache", kind: "number", words: "cached" },
  { field: "prompt_id", label: "Prompt", kind: "text", dimension: "prompt_id" },
  { field: "prompt_version", label: "Prompt version", kind: "text", dimension: "prompt_version" },
  { field: "request_id", label: "Request id", kind: "text" },
  { field: "request_created_at", label: "Requested at", kind: "time", words: "time date" },
  { field: "response_created_at", label: "Answered at", kind: "time", words: "time date" },
  { field: "country_code", label: "Country", kind: "text", dimension: "country_code" },
  { field: "request_referrer", label: "Referrer", kind: "text", dimension: "referrer" },
  { field: "target_url", label: "Upstream", kind: "text", words: "url target host" },
];

/** A comparison as people choose it: that of the API, or one that names what is not known. */
export type Choice = Operator | "unknown" | "known";

const ORDERED: readonly Choice[] = ["equals", "not-equals", "gt", "gte", "lt", "lte"];

export const CHOICES: Record<Kind, readonly Choice[]> = {
  text: ["equals", "not-equals", "contains", "not-contains", "like", "ilike", "unknown", "known"],
  body: ["contains", "not-contains"],
  number: [...ORDERED, "unknown", "known"],
  time: ["gte", "gt", "lt", "lte"],
  "yes-no": ["equals"],
  thumbs: ["equals"],
  name: ["equals"],
};

export const WORDS: Record<Choice, string> = {
  equals: "is",
  "not-equals": "is not",
  contains: "contains",
  "not-contains": "does not contain",
  like: "is like",
  ilike: "is like, in any case",
  gt: "more than",
  gte: "at least",
  lt: "less than",
  lte: "at most",
  unknown: "is not known",
  known: "is known",
};

/** The column that a condition speaks of; one that nobody foresaw is shown by its own name. */
export function columnOf(field: string, key?: string): Column {
  const same = COLUMNS.filter((column) => column.field === field);
  return (
    same.find((column) => column.key !== undefined && column.key === key) ??
    same.find((column) => column.key === undefined) ?? { field, label: field, kind: "text" }
  );
}

/** What a column compares: under the name of a boolean score a yes or no. */
export function kindOf({ field, kind }: Column, key: string | undefined): Kind {
  return field === "scores" && key?.endsWith(BOOLEAN_SUFFIX) ? "yes-no" : kind;
}

/** The name of a score as people know it, without what tells Helicone that it is a boolean. */
export function plainName(name: string): string {
  return name.endsWith(BOOLEAN_SUFFIX) && name !== BOOLEAN_SUFFIX ? name.slice(0, -BOOLEAN_SUFFIX.length) : name;
}

/** The name of a score as a filter takes it: of a boolean with what says that it is one. */
export function filterName(name: string, boolean: boolean): string {
  return boolean ? `${name}${BOOLEAN_SUFFIX}` : name;
}

/** The operator and value of a choice that needs no value typed: a number not known is null, and a text is empty. */
export function valueless(choice: Choice, { field, kind }: Column): Pick<Condition, "operator" | "value"> | null {
  if (choice !== "unknown" && choice !== "known") return null;
  const nothing = kind === "number" ? "null" : field === "properties" ? "" : "__empty__";
  return { operator: choice === "unknown" ? "equals" : "not-equals", value: nothing };
}

const NOTHING = new Set<Condition["value"]>(["null", "__empty__", ""]);

/** The choice that a condition came from. */
export function choiceOf({ operator, value }: Pick<Condition, "operator" | "value">): Choice {
  if (!NOTHING.has(value)) return operator;
  if (operator === "equals") return "unknown";
  return operator === "not-equals" ? "known" : operator;
}

/** What was typed as a value of a kind; null where it is none. */
export function readValue(kind: Kind, typed: string): string | number | boolean | null {
  switch (kind) {
    case "number": {
      const value = Number(typed.trim());
      return typed.trim() === "" || !Number.isFinite(value) ? null : value;
    }
    case "yes-no":
      return typed === "yes" ? 1 : 0;
    case "thumbs":
      return typed === "yes";
    case "time":
      return Number.isNaN(Date.parse(typed)) ? null : new Date(typed).toISOString();
    default:
      return typed === "" ? null : typed;
  }
}

/** A value as its field holds it while it is edited. */
export function typedValue(kind: Kind, value: Condition["value"]): string {
  if (kind === "yes-no" || kind === "thumbs") return value ? "yes" : "no";
  if (kind !== "time") return String(value);
  const at = new Date(String(value));
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** A condition as a sentence: "Score helpfulness less than 0.5". */
export function sentence(condition: Condition): string {
  return phrase(condition).join(" ");
}

/** The same in its pieces: what, how, and what with. */
export function phrase(condition: Condition): string[] {
  const { field, key, value } = condition;
  const column = columnOf(field, key);
  const kind = kindOf(column, key);
  const choice = choiceOf(condition);
  const named = key !== undefined && column.key === undefined ? plainName(key) : "";
  const what = [field === "scores" ? "" : column.label, named].filter(Boolean).join(" ");
  if (choice === "unknown" || choice === "known") return [what, WORDS[choice]];
  return [what, WORDS[choice], said(kind, value), column.unit ?? ""].filter(Boolean);
}

function said(kind: Kind, value: Condition["value"]): string {
  if (kind === "yes-no") return value ? "yes" : "no";
  if (kind === "thumbs") return value ? "thumbs up" : "thumbs down";
  return String(value);
}
