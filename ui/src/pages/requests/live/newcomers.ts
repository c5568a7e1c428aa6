/** The calls that came while somebody watched: those shown above the table, and those that wait to be let in. */

import type { CallRecord } from "@/api";

export interface Newcomers {
  /** Above the rows of the pages, the newest first. */
  shown: readonly CallRecord[];
  /** Come while the reader was further down, the newest first. */
  waiting: readonly CallRecord[];
  /** How many more wait than are held. */
  beyond: number;
  /** How much the server left out of the tail. */
  missed: number;
}

export const NOBODY: Newcomers = { shown: [], waiting: [], beyond: 0, missed: 0 };
/** How many are held; beyond that the pages are read anew. */
export const MOST = 500;

export const keyOf = (call: Pick<CallRecord, "request_id" | "created_at">): string =>
  `${call.created_at} ${call.request_id}`;

/** Calls that came, the oldest first: shown at once where the reader stands at the top, else kept waiting. */
export function arrived(before: Newcomers, calls: readonly CallRecord[], atTop: boolean): Newcomers {
  if (calls.length === 0) return before;
  if (!atTop) {
    const waiting = merged(before.waiting, calls);
    const beyond = before.beyond + Math.max(0, waiting.length - MOST);
    return { ...before, waiting: waiting.slice(0, MOST), beyond };
  }
  return { ...before, shown: merged(before.shown, calls) };
}

/** Lets in who waits. */
export function admitted(before: Newcomers): Newcomers {
  return { ...before, shown: [...before.waiting, ...before.shown], waiting: [], beyond: 0 };
}

/** How many wait in all. */
export const waitingOf = ({ waiting, beyond }: Newcomers): number => waiting.length + beyond;

/** Those that are not among the rows of the first page already. */
export function above(shown: readonly CallRecord[], firstPage: readonly (CallRecord | undefined)[]): CallRecord[] {
  const there = new Set(firstPage.flatMap((call) => (call ? [keyOf(call)] : [])));
  return shown.filter((call) => !there.has(keyOf(call)));
}

/** A call recorded anew takes the place of its earlier record. */
function merged(before: readonly CallRecord[], calls: readonly CallRecord[]): CallRecord[] {
  const newest = new Map<string, CallRecord>();
  for (const call of [...calls].reverse()) if (!newest.has(keyOf(call))) newest.set(keyOf(call), call);
  return [...newest.values(), ...before.filter((call) => !newest.has(keyOf(call)))];
}
