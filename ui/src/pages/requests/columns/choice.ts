/** Which columns are shown, in which order, how wide: a list that the address can hold. */

/** A column by its id, and its width in pixels where it is not the usual one. */
export type ColumnChoice = string | readonly [id: string, width: number];

const KEPT_UNDER = "helicorder.requests.columns";
const MOST = 60;
export const NARROWEST = 56;
export const WIDEST = 1200;

export const SCORE = "score:";
export const PROPERTY = "property:";

export const USUAL: readonly ColumnChoice[] = [
  "created_at",
  "status",
  "model",
  "messages",
  "latency_ms",
  "total_tokens",
  "cost_usd",
  "user_id",
  "scores",
];

export const idOf = (choice: ColumnChoice): string => (typeof choice === "string" ? choice : choice[0]);
export const widthOf = (choice: ColumnChoice): number | undefined =>
  typeof choice === "string" ? undefined : choice[1];

/** The columns that something from outside names; undefined where it names none, or those that are usual. */
export function readColumns(value: unknown): ColumnChoice[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const found = new Map<string, ColumnChoice>();
  for (const one of value.slice(0, MOST)) {
    const choice = readChoice(one);
    if (choice !== null && !found.has(idOf(choice))) found.set(idOf(choice), choice);
  }
  return asChosen([...found.values()]);
}

function readChoice(value: unknown): ColumnChoice | null {
  if (typeof value === "string" && value !== "") return value;
  if (!Array.isArray(value) || typeof value[0] !== "string" || typeof value[1] !== "number") return null;
  return [value[0], Math.round(Math.min(WIDEST, Math.max(NARROWEST, value[1])))];
}

/** A choice as it is kept: undefined where it is the usual one, or empty. */
export function asChosen(choices: readonly ColumnChoice[]): ColumnChoice[] | undefined {
  const isUsual = JSON.stringify(choices) === JSON.stringify(USUAL);
  return isUsual || choices.length === 0 ? undefined : [...choices];
}

export function hasColumn(choices: readonly ColumnChoice[], id: string): boolean {
  return choices.some((choice) => idOf(choice) === id);
}

/** Shows a column at the end, or hides it; the last one stays. */
export function toggled(choices: readonly ColumnChoice[], id: string): ColumnChoice[] {
  if (!hasColumn(choices, id)) return [...choices, id];
  return choices.length > 1 ? choices.filter((choice) => idOf(choice) !== id) : [...choices];
}

/** Puts a column where another one stands; what was between moves by one. */
export function moved(choices: readonly ColumnChoice[], id: string, to: number): ColumnChoice[] {
  const from = choices.findIndex((choice) => idOf(choice) === id);
  if (from < 0) return [...choices];
  const rest = choices.toSpliced(from, 1);
  return rest.toSpliced(Math.min(rest.length, Math.max(0, to)), 0, choices[from] as ColumnChoice);
}

/** Makes a column as wide as that; null gives it back its usual width. */
export function resized(choices: readonly ColumnChoice[], id: string, width: number | null): ColumnChoice[] {
  return choices.map((choice) => {
    if (idOf(choice) !== id) return choice;
    return width === null ? id : [id, Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)))];
  });
}

/** What this browser keeps for addresses that say nothing. */
export function keptColumns(): ColumnChoice[] | undefined {
  try {
    return readColumns(JSON.parse(localStorage.getItem(KEPT_UNDER) ?? "null"));
  } catch {
    return undefined;
  }
}

export function keepColumns(choices: ColumnChoice[] | undefined): void {
  if (choices) localStorage.setItem(KEPT_UNDER, JSON.stringify(choices));
  else localStorage.removeItem(KEPT_UNDER);
}
