/** How long things are kept: as it is typed, and as the API takes it. */

import type { Retention } from "@/api";
import { count } from "@/format/numbers";

export const LIMITS = ["calls_days", "bodies_days", "scores_days"] as const;
export type Limit = (typeof LIMITS)[number];

/** By limit what is typed; null where it is switched off. */
export type Draft = Readonly<Record<Limit, string | null>>;

export const WORDS: Record<Limit, { what: string; help: string }> = {
  calls_days: { what: "Calls", help: "A call takes its bodies and its scores with it." },
  bodies_days: { what: "Bodies", help: "What was asked and answered. Numbers, scores and properties stay." },
  scores_days: { what: "Scores", help: "With all their versions." },
};

const MOST = 36_500;
export const SUGGESTED = "90";

export function draftOf(retention: Retention): Draft {
  const typed = (days: number | null) => (days === null ? null : String(days));
  return {
    calls_days: typed(retention.calls_days),
    bodies_days: typed(retention.bodies_days),
    scores_days: typed(retention.scores_days),
  };
}

/** What is wrong with a limit; empty where nothing is. What limits mean together is for the API to judge. */
export function problemOf(typed: string | null): string {
  if (typed === null) return "";
  const days = Number(typed);
  return typed.trim() !== "" && Number.isInteger(days) && days >= 1 && days <= MOST
    ? ""
    : `A whole number of days, 1 to ${count(MOST)}.`;
}

/** What is different from how it is; null where something is no limit, empty where nothing is different. */
export function changesOf(draft: Draft, retention: Retention): Partial<Retention> | null {
  if (LIMITS.some((limit) => problemOf(draft[limit]) !== "")) return null;
  const days = (typed: string | null) => (typed === null ? null : Number(typed));
  const changed = LIMITS.filter((limit) => days(draft[limit]) !== retention[limit]);
  return Object.fromEntries(changed.map((limit) => [limit, days(draft[limit])]));
}

/** Whether a change deletes something that would have been kept. */
export function deletes(changes: Partial<Retention>, retention: Retention): boolean {
  return LIMITS.some((limit) => {
    const days = changes[limit];
    const before = retention[limit];
    return days != null && (before === null || days < before);
  });
}

/** "90 days", "for ever"; bodies and scores without a limit go with their calls. */
export function keptFor(limit: Limit, retention: Retention): string {
  const days = retention[limit];
  if (days !== null) return `${count(days)} ${days === 1 ? "day" : "days"}`;
  return limit !== "calls_days" && retention.calls_days !== null ? "as long as their calls" : "for ever";
}
