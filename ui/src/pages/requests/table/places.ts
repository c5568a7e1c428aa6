/** Which row stands on which page, where pages are only known one after another. */

export const PAGE = 100;
/** How many rows stand for a page that is on its way. */
const WAITING = 12;

/** What is known of a list that is read page by page: the cursor of each page found so far, and where it ends. */
export interface Places {
  /** The question that the cursors belong to. */
  question: string;
  cursors: readonly (string | null)[];
  /** How many rows there are in all, once the last page was seen. */
  total: number | null;
}

export const startOf = (question: string): Places => ({ question, cursors: [null], total: null });

/** What is known once a page has come. */
export function learned(places: Places, page: number, rows: number, next: string | null): Places {
  if (page !== places.cursors.length - 1) return places;
  if (next === null) return { ...places, total: page * PAGE + rows };
  return { ...places, cursors: [...places.cursors, next] };
}

/** How many rows the list shows: all that are known, and some that stand for what is on its way. */
export function rowsOf({ cursors, total }: Places): number {
  return total ?? (cursors.length - 1) * PAGE + WAITING;
}

/**
 * The pages that are wanted while some rows are in sight: theirs, one to either side, and the next unknown one as soon
 * as the end comes near.
 */
export function pagesFor({ cursors, total }: Places, first: number, last: number): number[] {
  const end = total === null ? cursors.length - 1 : Math.max(0, Math.ceil(total / PAGE) - 1);
  const from = Math.max(0, Math.floor(first / PAGE) - 1);
  const to = Math.min(end, Math.floor(last / PAGE) + 1);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_none, index) => from + index);
}
