/** What the list of sessions asks the API for: the same sessions for the list, the names and the histograms. */

import { useMemo } from "react";
import type { SessionNameQueryBody, SessionsQuery } from "@/api";
import { bothOf, type FilterState, type Tree, treeOf } from "@/data/filter";
import { useWindow } from "@/data/now";
import type { TimeWindow } from "@/data/window";
import { LATEST_FIRST, readSort, type SessionsSearch } from "../search";

const TABLE = "sessions_request_response_rmt";

/** The question of the list; its pages are asked for one after another. */
export function useQuestion({ filter, search = "", name, sort }: SessionsSearch): SessionsQuery {
  const { start, end } = useWindow();
  const { key, ascending } = readSort(sort) ?? LATEST_FIRST;
  return useMemo(
    () => ({
      filter: treeOf(filter),
      search,
      ...(name === undefined ? {} : { name }),
      sort: key,
      ascending,
      start: start.toISOString(),
      end: end.toISOString(),
    }),
    [filter, search, name, key, ascending, start, end],
  );
}

/** The question for all names in the time of the page. */
export function useNamesQuestion(filter: FilterState | undefined): SessionNameQueryBody {
  return useGroupQuestion(useWindow(), treeOf(filter));
}

/** The question for how the sessions of the list are spread: Helicone's route knows no search, so the filter says it. */
export function useSpreadQuestion({ filter, search = "", name }: SessionsSearch): SessionNameQueryBody {
  const named: Tree = name === undefined ? "all" : session("session_session_name", "equals", name);
  return useGroupQuestion(useWindow(), bothOf(bothOf(treeOf(filter), named), searched(search)));
}

function useGroupQuestion({ start, end }: TimeWindow, filter: Tree): SessionNameQueryBody {
  return {
    nameContains: "",
    // It changes nothing: times are instants.
    timezoneDifference: 0,
    timeFilter: { startTimeUnixMs: start.getTime(), endTimeUnixMs: end.getTime() },
    filter,
    pSize: "p99",
  };
}

function searched(words: string): Tree {
  if (words === "") return "all";
  const [id, name, tag] = ["session_session_id", "session_session_name", "session_tag"].map((column) =>
    session(column, "contains", words),
  );
  return { left: { left: id, operator: "or", right: name }, operator: "or", right: tag };
}

function session(column: string, operator: "equals" | "contains", value: string): Tree {
  return { [TABLE]: { [column]: { [operator]: value } } };
}
