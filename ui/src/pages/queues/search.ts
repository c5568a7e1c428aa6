/** What the addresses of the queue pages may say. */

import type { HowDrawn, ItemState } from "@/api";
import { type FilterSearch, readFilterSearch } from "@/data/filter";
import { type RaterState, readRater } from "../scores/search";

export interface QueuesSearch {
  /** Whether those that are archived are listed, too. */
  archived?: boolean;
}

export interface QueueSearch {
  /** Only items that stand so are listed. */
  state?: ItemState;
}

/** What a new queue is to be, as far as whoever led here knows. */
export interface NewQueueSearch extends FilterSearch {
  scores?: string[];
  how?: DrawnHow;
  judge?: RaterState;
  by?: string;
  size?: number;
  seed?: number;
}

/** The ways to draw; a list of calls comes from elsewhere. */
export type DrawnHow = Exclude<HowDrawn, "listed">;

export const MAX_SIZE = 2000;
const STATES: readonly ItemState[] = ["open", "begun", "done", "gone"];

export function readQueues(raw: Record<string, unknown>): QueuesSearch {
  return raw.archived === true ? { archived: true } : {};
}

export function readQueue(raw: Record<string, unknown>): QueueSearch {
  const state = STATES.find((one) => one === raw.state);
  return state ? { state } : {};
}

export function readNewQueue(raw: Record<string, unknown>): NewQueueSearch {
  const { filter } = readFilterSearch(raw);
  const found: NewQueueSearch = filter ? { filter } : {};
  if (Array.isArray(raw.scores)) found.scores = raw.scores.filter((one): one is string => typeof one === "string");
  if (raw.how === "uniform" || raw.how === "uncertain") found.how = raw.how;
  const judge = readRater(raw.judge);
  if (judge) found.judge = judge;
  if (typeof raw.by === "string" && raw.by !== "") found.by = raw.by;
  if (isWhole(raw.size) && raw.size >= 1 && raw.size <= MAX_SIZE) found.size = raw.size;
  if (isWhole(raw.seed) && raw.seed >= 0) found.seed = raw.seed;
  return found;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
