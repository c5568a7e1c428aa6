/** What calls can be split by, in words, and as filters. */

import type { Condition } from "@/data/filter";

const PROPERTY = "property:";

/** In words, beside any property. */
export const DIMENSIONS: Record<string, string> = {
  model: "model",
  provider: "provider",
  user_id: "user",
  prompt_id: "prompt",
  prompt_version: "prompt version",
  session_name: "session name",
  status: "status",
  country_code: "country",
};

export function isDimension(value: unknown): value is string {
  return typeof value === "string" && (value in DIMENSIONS || (value.startsWith(PROPERTY) && value !== PROPERTY));
}

export function propertyDimension(key: string): string {
  return `${PROPERTY}${key}`;
}

/** The name of a dimension as it is read. */
export function dimensionName(dimension: string): string {
  return DIMENSIONS[dimension] ?? dimension.replace(PROPERTY, "");
}

/** A value as it is read: what is not known is said so, and null is all smaller ones together. */
export function valueName(value: string | null, dimension = ""): string {
  if (value === null) return "all others";
  if (value !== "") return value;
  return dimension.startsWith(PROPERTY) ? "without it" : "not known";
}

/** The condition under which a call is of a value of a dimension. */
export function conditionOf(dimension: string, value: string): Condition {
  if (dimension === "session_name") return propertyIs("Helicone-Session-Name", value);
  if (dimension.startsWith(PROPERTY)) return propertyIs(dimension.slice(PROPERTY.length), value);
  // The API's word for a text that is not known.
  const against = value === "" ? "__empty__" : value;
  return { field: dimension, operator: "equals", value: dimension === "status" ? Number(value) : against };
}

function propertyIs(key: string, value: string): Condition {
  return { field: "properties", key, operator: "equals", value };
}
