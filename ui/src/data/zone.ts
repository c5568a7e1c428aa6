/** The time zone in which moments are written and days are cut: the viewer's, unless the address names another. */

import { useSearch } from "@tanstack/react-router";
import { LOCAL_ZONE } from "@/format/times";
import type { TimeSearch } from "./window";

export function useZone(): string {
  const search: TimeSearch = useSearch({ strict: false });
  return search.zone ?? LOCAL_ZONE;
}
