/** What the list of users asks the API. */

import type { UserMetricsQuery } from "@/api";
import { bothOf, type Tree, treeOf } from "@/data/filter";
import type { TimeWindow } from "@/data/window";
import { BUSIEST_FIRST, readSort, type UsersSearch } from "./search";

export const SIZE = 50;
const TABLE = "users_view";

type Stretch = Pick<TimeWindow, "start" | "end">;

/** A page of the users with a call in a stretch of time; days are cut in the zone of the browser at its end. */
export function questionOf({ filter, search = "", sort, page = 1 }: UsersSearch, window: Stretch): UserMetricsQuery {
  const { key, ascending } = readSort(sort) ?? BUSIEST_FIRST;
  return {
    filter: bothOf(treeOf(filter), search === "" ? "all" : user("contains", search)),
    offset: (page - 1) * SIZE,
    limit: SIZE,
    timeFilter: { startTimeUnixSeconds: seconds(window.start), endTimeUnixSeconds: seconds(window.end) },
    timeZoneDifferenceMinutes: window.end.getTimezoneOffset(),
    sort: { [key]: ascending ? "asc" : "desc" },
  };
}

/** One user, over all time. */
export function questionOfOne(userId: string, now: Date): UserMetricsQuery {
  return {
    filter: user("equals", userId),
    offset: 0,
    limit: 1,
    timeZoneDifferenceMinutes: now.getTimezoneOffset(),
  };
}

function user(operator: "equals" | "contains", value: string): Tree {
  return { [TABLE]: { user_user_id: { [operator]: value } } };
}

function seconds(at: Date): number {
  return at.getTime() / 1000;
}
