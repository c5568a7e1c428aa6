/** Segments of an answer as filters, so that what was pointed at can be looked at by itself. */

import type { Source } from "@/api";
import type { Condition, FilterState } from "@/data/filter";
import type { SelectionSearch } from "./search";
import { dimensionName, valueName } from "./words";

const COLUMNS = new Set(["model", "provider", "prompt_id", "prompt_version", "user_id", "status", "country_code"]);
const PROPERTY = "property:";
/** What the API calls values that it put together: nothing to filter by. */
const POOLED = new Set(["(other)", "other"]);

/** The condition under which a call is of a value of a dimension; null where no filter can say it. */
export function conditionOf(dimension: string, value: string): Condition | null {
  if (POOLED.has(value)) return null;
  if (dimension === "session_name") {
    return { field: "properties", key: "Helicone-Session-Name", operator: "equals", value };
  }
  if (dimension.startsWith(PROPERTY)) {
    return { field: "properties", key: dimension.slice(PROPERTY.length), operator: "equals", value };
  }
  if (!COLUMNS.has(dimension)) return null;
  return { field: dimension, operator: "equals", value: dimension === "status" ? Number(value) : value };
}

/** A filter with more conditions, each once; what any of several allowed is not narrowed by adding to it. */
export function narrowed(filter: FilterState | undefined, more: readonly Condition[]): FilterState | undefined {
  if (filter && filter.match === "any" && filter.conditions.length > 1) return undefined;
  const conditions = [...(filter?.conditions ?? [])];
  for (const one of more) {
    if (!conditions.some((other) => isSame(one, other))) conditions.push(one);
  }
  return conditions.length > 0 ? { match: "all", conditions } : filter;
}

function isSame(one: Condition, other: Condition): boolean {
  return (
    one.field === other.field && one.key === other.key && one.operator === other.operator && one.value === other.value
  );
}

export type Segment = readonly (readonly [string, string])[];

/** What of a page's address shows a segment alone; null where no filter can say it. */
export function focused(search: SelectionSearch, segment: Segment): SelectionSearch | null {
  const values = (dimension: string) => segment.flatMap(([name, value]) => (name === dimension ? [value] : []));
  const [sources, authors] = [values("source") as Source[], values("author")];
  const conditions = segment.flatMap(([name, value]) => (JUDGE.has(name) ? [] : [conditionOf(name, value)]));
  const isPooled = segment.some(([, value]) => POOLED.has(value));
  // Nobody's scores cannot be asked for: no authors means everybody's.
  if (isPooled || authors.includes("") || conditions.includes(null)) return null;
  const filter = narrowed(search.filter, conditions as Condition[]);
  if (filter === undefined && conditions.length > 0) return null;
  return {
    ...(sources.length > 0 ? { sources } : {}),
    ...(authors.length > 0 ? { authors } : {}),
    filter,
  };
}

/** Dimensions that are of the judge, not of the call. */
const JUDGE = new Set(["source", "author"]);

/** "prompt-version v12, language fr". */
export function segmentName(segment: Segment): string {
  return segment.map(([dimension, value]) => `${dimensionName(dimension)} ${valueName(value)}`).join(", ");
}
