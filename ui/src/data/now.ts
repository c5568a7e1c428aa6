/** The moment at which windows that end "now" end: the same for every panel, until somebody asks for a newer one. */

import { useSearch } from "@tanstack/react-router";
import { useMemo, useSyncExternalStore } from "react";
import { type TimeSearch, type TimeWindow, windowOf } from "./window";

let now = new Date();
const listeners = new Set<() => void>();

export function refreshNow(): void {
  now = new Date();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useNow(): Date {
  return useSyncExternalStore(subscribe, () => now);
}

/** The window that the address means. */
export function useWindow(): TimeWindow {
  const { range, from, to }: TimeSearch = useSearch({ strict: false });
  const at = useNow();
  return useMemo(() => windowOf({ range, from, to }, at), [range, from, to, at]);
}
