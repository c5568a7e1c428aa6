import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import type { CallRecord } from "@/api";
import type { RequestsSearch } from "./search";
import type { Rows } from "./table/CallGrid";

export interface Opening {
  /** The row that the keys stand on, counted from the first row of the pages: rows that slide in above move nothing. */
  cursor: number | null;
  isOpen: (call: CallRecord) => boolean;
  openAt: (index: number) => void;
  close: () => void;
  /** Moves the keys, and with them what stands open; null where there is no row that way. */
  step: (by: number) => (() => void) | undefined;
}

/** Which request stands open, and the row that the keys stand on. */
export function useOpen(rows: Rows): Opening {
  const { open, at }: RequestsSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const [place, setPlace] = useState<number | null>(null);
  const cursor = place === null ? null : place + rows.fresh;
  const isOpen = (call: CallRecord) => call.request_id === open && (at === undefined || call.created_at === at);
  const show = (call: CallRecord) =>
    void navigate({
      to: ".",
      // The way back leads out of the detail, not through everything that was looked at.
      replace: open !== undefined,
      search: (kept) => ({ ...kept, open: call.request_id, at: call.created_at }),
    });
  const openAt = (index: number) => {
    setPlace(index - rows.fresh);
    const call = rows.at(index);
    if (call) show(call);
  };
  const close = useCallback(
    () => void navigate({ to: ".", search: (kept) => ({ ...kept, open: undefined, at: undefined, tab: undefined }) }),
    [navigate],
  );
  const step = (by: number) => {
    const from = cursor ?? (open === undefined ? null : placeOf(rows, isOpen));
    const next = from === null ? 0 : from + by;
    const call = rows.at(next);
    if (!call || next < 0) return undefined;
    return () => {
      setPlace(next - rows.fresh);
      if (open !== undefined) show(call);
    };
  };
  return { cursor, isOpen, openAt, close, step };
}

const LOOKED_AT = 300;

/** Where the open request stands, if it is among the first rows: a link may have opened it. */
function placeOf(rows: Rows, isOpen: (call: CallRecord) => boolean): number | null {
  for (let index = 0; index < Math.min(rows.length, LOOKED_AT); index += 1) {
    const call = rows.at(index);
    if (call && isOpen(call)) return index;
  }
  return null;
}
