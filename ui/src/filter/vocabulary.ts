/** What can be asked of calls: every column that a filter may name, in words, with the comparisons it takes. */

import type { Operator } from "@/data/filter";

export type Kind = "text" | "number" | "time" | "keyed-text" | "keyed-number" | "boolean";

export interface Column {
  field: string;
  label: string;
  kind: Kind;
  /** What stands behind a number in the words of people. */
  unit?: string;
}

export const COLUMNS: readonly Column[] = [
  { field: "model", label: "Model", kind: "text" },
  { field: "provider", label: "Provider", kind: "text" },
  { field: "status", label: "Status", kind: "number" },
  { field: "user_id", label: "User", kind: "text" },
  { field: "properties", label: "Property", kind: "keyed-text" },
  { field: "scores", label: "Score", kind: "keyed-number" },
  { field: "latency", label: "Latency", kind: "number", unit: "ms" },
  { field: "time_to_first_token", label: "Time to first token", kind: "number", unit: "ms" },
  { field: "cost", label: "Cost", kind: "number", unit: "USD" },
  { field: "prompt_tokens", label: "Prompt tokens", kind: "number" },
  { field: "completion_tokens", label: "Completion tokens", kind: "number" },
  { field: "prompt_cache_read_tokens", label: "Cached tokens", kind: "number" },
  { field: "request_created_at", label: "Requested at", kind: "time" },
  { field: "request_id", label: "Request id", kind: "text" },
  { field: "request_body", label: "Text of the request", kind: "text" },
  { field: "response_body", label: "Text of the answer", kind: "text" },
  { field: "prompt_id", label: "Prompt", kind: "text" },
  { field: "prompt_version", label: "Prompt version", kind: "text" },
  { field: "helicone-score-feedback", label: "Feedback", kind: "boolean" },
  { field: "country_code", label: "Country", kind: "text" },
  { field: "request_referrer", label: "Referrer", kind: "text" },
  { field: "target_url", label: "Upstream", kind: "text" },
];

const ORDERED: readonly Operator[] = ["equals", "not-equals", "gt", "gte", "lt", "lte"];

export const OPERATORS: Record<Kind, readonly Operator[]> = {
  text: ["equals", "not-equals", "contains", "not-contains"],
  "keyed-text": ["equals", "not-equals", "contains", "not-contains"],
  number: ORDERED,
  "keyed-number": ORDERED,
  time: ["gte", "gt", "lt", "lte"],
  boolean: ["equals"],
};

export const WORDS: Record<Operator, string> = {
  equals: "is",
  "not-equals": "is not",
  contains: "contains",
  "not-contains": "does not contain",
  like: "is like",
  ilike: "is like (any case)",
  gt: "more than",
  gte: "at least",
  lt: "less than",
  lte: "at most",
};

export function columnOf(field: string): Column {
  return COLUMNS.find((column) => column.field === field) ?? { field, label: field, kind: "text" };
}

/** What was typed as a value of a kind; null where it is none. */
export function readValue(kind: Kind, typed: string): string | number | boolean | null {
  switch (kind) {
    case "number":
    case "keyed-number": {
      const value = Number(typed.trim());
      return typed.trim() === "" || !Number.isFinite(value) ? null : value;
    }
    case "boolean":
      return typed === "true";
    case "time":
      return Number.isNaN(Date.parse(typed)) ? null : new Date(typed).toISOString();
    default:
      return typed;
  }
}
