/** The calls that an annotator has before them: those of this sitting, the one on the table, and some fetched ahead. */

import type { QueueItem } from "@/api";

export type Outcome = "labelled" | "skipped";

export interface Trail {
  items: readonly QueueItem[];
  /** The place of the one on the table; behind the last while the next is on its way. */
  at: number;
  /** What was done with items in this sitting, by number. */
  outcomes: Readonly<Record<number, Outcome>>;
  /** Their numbers in the order in which it was done. */
  order: readonly number[];
}

export const EMPTY: Trail = { items: [], at: 0, outcomes: {}, order: [] };

/** How many calls wait behind the one on the table, so that the next stands there at once. */
export const AHEAD = 2;
/** How many items are named when more are asked for: older ones are long known to the server. */
const NAMED = 50;

/** An item that was fetched. One that was dealt with is to be judged again: somebody took back what was said of it. */
export function fetched(trail: Trail, item: QueueItem): Trail {
  if (!trail.items.some((one) => one.item === item.item)) return { ...trail, items: [...trail.items, item] };
  const open = reopened(trail, item.item);
  return trail.at < trail.items.length ? { ...open, at: trail.at } : open;
}

/** The one on the table is done with, and the next one comes: the nearest on which nothing was said yet. */
export function dealtWith(trail: Trail, outcome: Outcome): Trail {
  const item = trail.items[trail.at];
  if (!item) return trail;
  const outcomes = { ...trail.outcomes, [item.item]: outcome };
  const order = [...trail.order.filter((one) => one !== item.item), item.item];
  const next = trail.items.findIndex((one) => outcomes[one.item] === undefined);
  return { ...trail, outcomes, order, at: next < 0 ? trail.items.length : next };
}

/** What was done with an item is undone, and it is on the table again. */
export function reopened(trail: Trail, number: number): Trail {
  const at = trail.items.findIndex((one) => one.item === number);
  if (at < 0) return trail;
  const { [number]: _undone, ...outcomes } = trail.outcomes;
  return { ...trail, outcomes, order: trail.order.filter((one) => one !== number), at };
}

/** One back or forth among those of this sitting. */
export function moved(trail: Trail, by: number): Trail {
  const at = trail.at + by;
  const seen = at <= trail.at || at <= firstOpen(trail);
  return at >= 0 && at < trail.items.length && seen ? { ...trail, at } : trail;
}

function firstOpen({ items, outcomes }: Trail): number {
  const found = items.findIndex((one) => outcomes[one.item] === undefined);
  return found < 0 ? items.length - 1 : found;
}

/** Whether another should be fetched. */
export function wants({ items, outcomes }: Trail): boolean {
  return items.filter((one) => outcomes[one.item] === undefined).length <= AHEAD;
}

/** Which items to ask for another besides: those that wait, and while something is being saved, what was dealt with. */
export function named({ items, outcomes }: Trail, settled: boolean): number[] {
  const asked = settled ? items.filter((one) => outcomes[one.item] === undefined) : items;
  return asked.slice(-NAMED).map((one) => one.item);
}

/** How many of each there were in this sitting. */
export function tally({ outcomes }: Trail): Record<Outcome, number> {
  const all = Object.values(outcomes);
  const labelled = all.filter((one) => one === "labelled").length;
  return { labelled, skipped: all.length - labelled };
}
