import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { CallRecord } from "@/api";
import { getCallOptions } from "@/api/@tanstack/react-query.gen";
import { keyOf } from "@/pages/requests/live/newcomers";
import { withNewer } from "@/pages/requests/live/rows";
import { listen } from "@/pages/requests/live/tail";

const AT_MOST = 3;

export interface Arrivals {
  /** The newest first. */
  calls: readonly CallRecord[];
  isListening: boolean;
}

/** The calls that come while somebody waits for them, with the scores they get. */
export function useArrivals(): Arrivals {
  const [calls, setCalls] = useState<readonly CallRecord[]>([]);
  const [isListening, setListening] = useState(false);
  const queries = useQueryClient();
  useEffect(() => {
    const end = new AbortController();
    const scored = async (request_id: string) => {
      const { data } = await queries.fetchQuery({ ...getCallOptions({ path: { request_id } }), staleTime: 0 });
      setCalls((before) => before.map((call) => (keyOf(call) === keyOf(data) ? withNewer(call, data) : call)));
    };
    void listen(
      {},
      {
        onOpen: () => setListening(true),
        onCall: (call) =>
          setCalls((before) => [call, ...before.filter((one) => keyOf(one) !== keyOf(call))].slice(0, AT_MOST)),
        // Its call may not have come: then there is nothing to show it on.
        onScore: (score) => void scored(score.request_id).catch(() => undefined),
        onGap: () => undefined,
        onBreak: () => setListening(false),
      },
      end.signal,
    ).catch(() => setListening(false));
    return () => end.abort();
  }, [queries]);
  return { calls, isListening };
}
