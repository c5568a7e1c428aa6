import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import type { CallRecord } from "@/api";
import { getCallOptions } from "@/api/@tanstack/react-query.gen";
import { refreshNow } from "@/data/now";
import { admitted, arrived, keyOf, MOST, type Newcomers, NOBODY } from "./newcomers";
import { refreshCalls, withNewer } from "./rows";
import { listen, type TailQuestion } from "./tail";

export type Line = "off" | "connecting" | "open" | "broken";

export interface Tail extends Newcomers {
  line: Line;
  /** Grows with everything that comes, for whoever counts anew then. */
  pulse: number;
  /** Shows those who wait. */
  admit: () => void;
  /** Reads the pages anew, with all that came and all that was left out. */
  renew: () => void;
}

const GATHERED_MS = 150;
/** How many scored calls are asked for anew at once; of more, only those opened later show it. */
const SCORED_AT_ONCE = 20;

/** The calls that come under a question while it is listened to; `atTop` says whether new rows may slide in. */
export function useTail(question: TailQuestion, on: boolean, atTop: () => boolean): Tail {
  const [seen, setSeen] = useState(NOBODY);
  const [line, setLine] = useState<Line>("off");
  const [pulse, setPulse] = useState(0);
  const queries = useQueryClient();
  const isAtTop = useRef(atTop);
  isAtTop.current = atTop;
  const { filter, search } = question;

  useEffect(() => {
    setSeen(NOBODY);
    if (!on) return setLine("off");
    setLine("connecting");
    const end = new AbortController();
    const calls: CallRecord[] = [];
    const scored = new Set<string>();
    let opened = false;
    const hand = () => {
      if (calls.length === 0 && scored.size === 0) return;
      const came = calls.splice(0);
      setSeen((before) => arrived(before, came, isAtTop.current()));
      setPulse((before) => before + 1);
      const ids = [...scored].slice(0, SCORED_AT_ONCE);
      scored.clear();
      void scoredAnew(ids);
    };
    const scoredAnew = async (ids: string[]) => {
      const found = await Promise.allSettled(
        ids.map((request_id) => queries.fetchQuery({ ...getCallOptions({ path: { request_id } }), staleTime: 0 })),
      );
      const fresh = found.flatMap((one) => (one.status === "fulfilled" ? [one.value.data] : []));
      refreshCalls(queries, fresh);
      const byKey = new Map(fresh.map((call) => [keyOf(call), call]));
      const anew = (call: CallRecord) => withNewer(call, byKey.get(keyOf(call)));
      setSeen((before) => ({ ...before, shown: before.shown.map(anew), waiting: before.waiting.map(anew) }));
    };
    // Handed on a few times a second, however many come.
    const timer = setInterval(hand, GATHERED_MS);
    void listen(
      { filter, search },
      {
        onOpen: () => {
          setLine("open");
          // What came between the last reading of the pages and now is not told again: it is read.
          if (!opened) refreshNow();
          opened = true;
        },
        onCall: (call) => calls.push(call),
        onScore: (score) => scored.add(score.request_id),
        onGap: (gap) => setSeen((before) => ({ ...before, missed: before.missed + gap.calls })),
        onBreak: () => setLine("broken"),
      },
      end.signal,
    ).catch(() => setLine("broken"));
    return () => {
      end.abort();
      clearInterval(timer);
    };
  }, [on, filter, search, queries]);

  const renew = useCallback(() => {
    refreshNow();
    setSeen(NOBODY);
  }, []);
  // More than can be held is not kept beside the pages but read with them.
  const admit = useCallback(() => (seen.beyond > 0 ? renew() : setSeen(admitted)), [seen.beyond, renew]);
  const tooMany = seen.shown.length > MOST;
  useEffect(() => {
    if (tooMany) renew();
  }, [tooMany, renew]);
  return { ...seen, line, pulse, admit, renew };
}
