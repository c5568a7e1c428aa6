/** Where a part of a change leads: the comparison that shows it by itself. */

import type { Part, Shift } from "@/api";
import type { CompareSearch } from "../search";
import { conditionOf, focused } from "../segments";
import type { Span } from "../spans";

export interface Followed {
  /** What is compared, in words. */
  label: string;
  search: CompareSearch;
}

/**
 * A value that came in the place of another is compared with that one; any other part with itself, before and after.
 * Null where no filter can say it.
 */
export function followed(part: Part, search: CompareSearch, at: string, window: Span): Followed | null {
  const swap = swapped(part);
  const inner = innerDimension(part);
  if (swap) {
    const [dimension, from, to] = swap;
    const [a, b] = [conditionOf(dimension, from), conditionOf(dimension, to)];
    if (!a || !b) return null;
    return {
      label: `Compare ${from} with ${to}`,
      search: {
        ...search,
        a: { filter: { match: "all", conditions: [a] } },
        b: { filter: { match: "all", conditions: [b] } },
        by: inner,
      },
    };
  }
  const focus = part.segment.length > 0 ? focused(search, part.segment) : null;
  if (!focus) return null;
  const times = { a: { from: window.start, to: at }, b: { from: at, to: window.end } };
  return { label: "Compare before and after within it", search: { ...search, ...focus, ...times, by: inner } };
}

/** [dimension, the value that lost most traffic, the value that won most] of values that entered or left. */
function swapped({ kind, segment, shifts = [] }: Part): [string, string, string] | null {
  const [first] = segment;
  if (!first || segment.length > 1 || (kind !== "entered" && kind !== "left")) return null;
  const gain = ({ share_before, share_after }: Shift) => share_after - share_before;
  const sorted = [...shifts].sort((one, other) => gain(one) - gain(other));
  const [lost, won] = [sorted[0], sorted.at(-1)];
  if (!lost || !won || gain(lost) >= 0 || gain(won) <= 0 || lost.value === "" || won.value === "") return null;
  return [first[0], lost.value, won.value];
}

/** The dimension within which a part mostly lies, where one stands out. */
function innerDimension({ parts = [], segment }: Part): string | undefined {
  const deeper = parts.find((one) => one.flagged && one.segment.length > segment.length);
  const dimension = deeper?.segment[segment.length]?.[0];
  return dimension === "source" || dimension === "author" ? undefined : dimension;
}
