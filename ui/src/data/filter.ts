/** A filter as people build it: some conditions, of which all or any must hold. It lives in the address. */

export type Operator =
  | "equals"
  | "not-equals"
  | "contains"
  | "not-contains"
  | "like"
  | "ilike"
  | "gt"
  | "gte"
  | "lt"
  | "lte";

/** One condition: a column of a call, or of a map (`properties`, `scores`) the value under a key. */
export interface Condition {
  field: string;
  key?: string;
  operator: Operator;
  value: string | number | boolean;
}

export interface FilterState {
  match: "all" | "any";
  conditions: Condition[];
}

export interface FilterSearch {
  filter?: FilterState;
  /** Words to look for in what was asked and answered. */
  search?: string;
}

export const NOTHING_ASKED: FilterState = { match: "all", conditions: [] };

const OPERATORS = new Set<string>([
  "equals",
  "not-equals",
  "contains",
  "not-contains",
  "like",
  "ilike",
  "gt",
  "gte",
  "lt",
  "lte",
]);

/** What of an address is a filter; what is malformed is dropped rather than shown as something else. */
export function readFilterSearch(search: Record<string, unknown>): FilterSearch {
  const found: FilterSearch = {};
  if (typeof search.search === "string" && search.search !== "") found.search = search.search;
  const given = search.filter as Partial<FilterState> | undefined;
  if (given && typeof given === "object" && Array.isArray(given.conditions)) {
    const conditions = given.conditions.filter(isCondition);
    if (conditions.length > 0) found.filter = { match: given.match === "any" ? "any" : "all", conditions };
  }
  return found;
}

function isCondition(value: unknown): value is Condition {
  const { field, key, operator, value: against } = (value ?? {}) as Partial<Record<keyof Condition, unknown>>;
  return (
    typeof field === "string" &&
    (key === undefined || typeof key === "string") &&
    typeof operator === "string" &&
    OPERATORS.has(operator) &&
    ["string", "number", "boolean"].includes(typeof against)
  );
}

export type Tree = "all" | { [table: string]: unknown };

const TABLE = "request_response_rmt";
const MAPS = new Set(["properties", "scores"]);

/** The filter in Helicone's words, as every route of the API takes it. */
export function treeOf(state: FilterState | undefined): Tree {
  const leaves = (state?.conditions ?? []).map(leafOf);
  const operator = state?.match === "any" ? "or" : "and";
  return joined(leaves, operator);
}

/** Both filters at once. */
export function bothOf(left: Tree, right: Tree): Tree {
  return joined(
    [left, right].filter((tree) => tree !== "all"),
    "and",
  );
}

function joined(trees: Tree[], operator: "and" | "or"): Tree {
  const [first, ...rest] = trees;
  if (first === undefined) return "all";
  return rest.reduce<Tree>((left, right) => ({ left, operator, right }), first);
}

function leafOf({ field, key, operator, value }: Condition): Tree {
  const test = { [operator]: value };
  return { [TABLE]: MAPS.has(field) ? { [field]: { [key ?? ""]: test } } : { [field]: test } };
}
