import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { labelQueueItem, type NextItem, nextQueueItem, skipQueueItem, unlabelQueueItem, unskipQueueItem } from "@/api";
import { tell } from "@/design";
import { conversationOptions } from "../../requests/chat/Chat";
import type { Values } from "./choices";
import { dealtWith, EMPTY, fetched, moved, named, reopened, type Trail, tally, wants } from "./trail";

export interface Labelling {
  trail: Trail;
  /** What was told first, and with what the queue ended for now. */
  first: NextItem | null;
  end: NextItem | null;
  error: unknown;
  saving: number;
  label: (values: Values, comment: string) => void;
  skip: (reason: string) => void;
  undo: () => void;
  back: () => void;
  forth: () => void;
  /** Asks once more whether there is something to label. */
  again: () => void;
}

/** Works through a queue: the next calls are fetched ahead, and what is said is saved while the next one is read. */
export function useLabelling(queueId: string): Labelling {
  const [trail, setTrail] = useState<Trail>(EMPTY);
  const { write, saving } = useWriting(setTrail);
  const { first, end, error, again } = useFetching(queueId, trail, setTrail, saving);
  const path = { queue_id: queueId, item: trail.items[trail.at]?.item ?? 0 };
  const undo = () => {
    const item = trail.order.at(-1);
    if (item === undefined) return;
    const outcome = trail.outcomes[item];
    setTrail((kept) => reopened(kept, item));
    const taken = { path: { queue_id: queueId, item }, throwOnError: true } as const;
    write(item, () => (outcome === "skipped" ? unskipQueueItem(taken) : unlabelQueueItem(taken)), false);
  };
  return {
    trail,
    first,
    end,
    error,
    saving,
    label: (scores, comment) => {
      setTrail((kept) => dealtWith(kept, "labelled"));
      write(path.item, () => labelQueueItem({ path, body: { scores, comment }, throwOnError: true }), true);
    },
    skip: (reason) => {
      setTrail((kept) => dealtWith(kept, "skipped"));
      write(path.item, () => skipQueueItem({ path, body: { reason }, throwOnError: true }), true);
    },
    undo,
    back: () => setTrail((kept) => moved(kept, -1)),
    forth: () => setTrail((kept) => moved(kept, 1)),
    again,
  };
}

type SetTrail = (change: (trail: Trail) => Trail) => void;

/** Writes one after the other for each item. What fails is told, and its item comes back onto the table. */
function useWriting(setTrail: SetTrail) {
  const [saving, setSaving] = useState(0);
  const lines = useRef(new Map<number, Promise<unknown>>());
  const write = (item: number, deed: () => Promise<unknown>, reopens: boolean) => {
    setSaving((kept) => kept + 1);
    const before = lines.current.get(item) ?? Promise.resolve();
    const done = before
      .then(deed)
      .catch((error: unknown) => {
        tell.problem(error);
        if (reopens) setTrail((kept) => reopened(kept, item));
      })
      .finally(() => setSaving((kept) => kept - 1));
    lines.current.set(item, done);
  };
  return { write, saving };
}

/** With what the queue ended for now, and whether all that was said had been saved by then. */
interface End {
  told: NextItem;
  settled: boolean;
}

/** Keeps some calls at hand, their conversations with them. */
function useFetching(queueId: string, trail: Trail, setTrail: SetTrail, saving: number) {
  const queries = useQueryClient();
  const [first, setFirst] = useState<NextItem | null>(null);
  const [end, setEnd] = useState<End | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [asking, setAsking] = useState(false);
  const settled = saving === 0;
  const ask = useCallback(
    async (besides: number[], isSettled: boolean) => {
      setAsking(true);
      try {
        const { data } = await nextQueueItem({ path: { queue_id: queueId }, query: { besides }, throwOnError: true });
        const { item } = data.data;
        setFirst((kept) => kept ?? data.data);
        setEnd(item === null ? { told: data.data, settled: isSettled } : null);
        if (item === null) return;
        void queries.prefetchQuery(conversationOptions({ request_id: item.request_id, created_at: item.called_at }));
        setTrail((kept) => fetched(kept, item));
      } catch (problem) {
        setError(problem);
      } finally {
        setAsking(false);
      }
    },
    [queueId, queries, setTrail],
  );
  useEffect(() => {
    const over = end !== null && (end.settled || !settled);
    if (wants(trail) && !asking && !over && error === null) void ask(named(trail, settled), settled);
  }, [trail, asking, end, error, ask, settled]);
  const again = () => {
    setError(null);
    setEnd(null);
  };
  return { first, end: end?.settled ? end.told : null, error, again };
}

/** How far the annotator has come: what was told first, and what was done since. */
export function standing(first: NextItem | null, trail: Trail) {
  if (first === null) return null;
  const { labelled, skipped } = tally(trail);
  const { done, skipped: before, left } = first.progress;
  return { done: done + labelled, skipped: before + skipped, left: Math.max(0, left - labelled - skipped) };
}
