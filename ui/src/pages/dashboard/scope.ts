/** Which calls a page is about: what it asks the API, and how it leads to their requests. */

import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { bothOf, type Condition, type FilterState, type Tree, treeOf } from "@/data/filter";
import { useWindow } from "@/data/now";
import type { TimeSearch, TimeWindow } from "@/data/window";
import { narrowed } from "@/pages/scores/segments";

export interface Scope {
  /** The filter of the page. */
  filter: FilterState | undefined;
  /** What holds of all calls of the page, beside its filter: that they are of one user, for instance. */
  within: readonly Condition[];
}

/** Whether all calls of a page are of one user: then nothing is said of how many there are. */
export function isOfOneUser({ within }: Scope): boolean {
  return within.some(({ field }) => field === "user_id");
}

export interface Asked {
  filter: Tree;
  start: string;
  end: string;
}

const ALL: readonly Condition[] = [];

export function useScope(filter: FilterState | undefined, within: readonly Condition[] = ALL): Scope {
  return useMemo(() => ({ filter, within }), [filter, within]);
}

export function useAsked({ filter, within }: Scope): Asked {
  const { start, end } = useWindow();
  return useMemo(() => {
    const own = treeOf({ match: "all", conditions: [...within] });
    return { filter: bothOf(treeOf(filter), own), start: start.toISOString(), end: end.toISOString() };
  }, [filter, within, start, end]);
}

type Stretch = Pick<TimeWindow, "start" | "end">;
export type RequestsLink = TimeSearch & { filter?: FilterState };

/** The address of the requests of a scope that meet more conditions; null where no filter of an address can say it. */
export function requestsOf(
  { filter, within }: Scope,
  more: readonly Condition[],
  stretch?: Stretch,
): RequestsLink | null {
  const time = stretch ? { range: undefined, from: stretch.start.toISOString(), to: stretch.end.toISOString() } : {};
  const conditions = [...within, ...more];
  if (conditions.length === 0) return { filter, ...time };
  const found = narrowed(filter, conditions);
  return found === undefined ? null : { filter: found, ...time };
}

/** Leads to the requests of a stretch; of a bucket that the window cuts to the part within. */
export function useOpenRequests(scope: Scope): (more: readonly Condition[], stretch: Stretch) => void {
  const navigate = useNavigate();
  const window = useWindow();
  return (more, { start, end }) => {
    const within = {
      start: new Date(Math.max(start.getTime(), window.start.getTime())),
      end: new Date(Math.min(end.getTime(), window.end.getTime())),
    };
    const search = requestsOf(scope, more, within) ?? requestsOf(scope, [], within);
    if (search) void navigate({ to: "/requests", search });
  };
}
