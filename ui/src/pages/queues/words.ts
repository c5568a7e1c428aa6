/** Queues in words. */

import type { DrawRecord, HowDrawn, ItemState, NothingLeft, QueueProgress } from "@/api";
import type { Tone } from "@/design";
import { count, percent } from "@/format/numbers";

export const HOW: Record<HowDrawn, string> = {
  uniform: "by chance alone",
  uncertain: "more where the judge is unsure",
  listed: "listed by whoever asked",
};

export const STATES: Record<ItemState, { word: string; tone: Tone }> = {
  open: { word: "open", tone: "plain" },
  begun: { word: "begun", tone: "accent" },
  done: { word: "done", tone: "good" },
  gone: { word: "call is gone", tone: "warn" },
};

export const NOTHING: Record<NothingLeft, { title: string; text: string }> = {
  done: { title: "All done", text: "There is nothing left for you in this queue." },
  skipped: { title: "Only what you skipped is left", text: "Take your skips back to go through it again." },
  held: {
    title: "The rest is with others",
    text: "Somebody has the last calls before them. What they leave comes back within a quarter of an hour.",
  },
};

/** "40 of 50 items": what progress is measured in. */
export function doneOf({ done, items }: QueueProgress): string {
  return `${count(done)} of ${count(items)}`;
}

/** With which probability calls were drawn: one for all, or from the least to the most of those listed. */
export function chanceOf(chances: readonly (number | null)[]): string {
  const known = chances.filter((one): one is number => one !== null);
  if (known.length === 0) return "not known";
  const [least, most] = [Math.min(...known), Math.max(...known)];
  return least === most ? percent(least) : `${percent(least)} to ${percent(most)}`;
}

/** What a queue stands for. */
export function standsFor({ population, left_out: leftOut }: DrawRecord): string {
  const beside = leftOut ? `; ${count(leftOut)} with labels were left out` : "";
  return `${count(population)} calls${beside}`;
}
