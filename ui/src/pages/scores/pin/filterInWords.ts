/** A filter in the API's words as a sentence, whoever wrote it. */

import type { Operator } from "@/data/filter";
import { columnOf, WORDS } from "@/filter/vocabulary";

type Node = Record<string, unknown>;

const MAPS = new Set(["properties", "search_properties", "scores"]);

/** "Property language is fr and Model is gpt-4o"; "all calls" without any condition. */
export function filterInWords(filter: unknown): string {
  return told(filter) || "all calls";
}

function told(node: unknown): string {
  if (!isNode(node)) return "";
  if ("left" in node) {
    const word = node.operator === "or" ? " or " : " and ";
    return [told(node.left), told(node.right)].filter(Boolean).join(word);
  }
  return entries(node)
    .flatMap(([table, columns]) => (table === "properties" ? ofMap("properties", columns) : ofTable(columns)))
    .join(" and ");
}

function ofTable(columns: unknown): string[] {
  return entries(columns).flatMap(([column, tests]) =>
    MAPS.has(column) ? ofMap(column, tests) : tested(columnOf(column).label, tests),
  );
}

function ofMap(map: string, keys: unknown): string[] {
  const label = columnOf(map === "search_properties" ? "properties" : map).label;
  return entries(keys).flatMap(([key, tests]) => tested(`${label} ${key}`, tests));
}

function tested(what: string, tests: unknown): string[] {
  return entries(tests).map(
    ([operator, value]) => `${what} ${WORDS[operator as Operator] ?? operator} ${String(value)}`,
  );
}

function entries(node: unknown): [string, unknown][] {
  return isNode(node) ? Object.entries(node) : [];
}

function isNode(node: unknown): node is Node {
  return node !== null && typeof node === "object";
}
