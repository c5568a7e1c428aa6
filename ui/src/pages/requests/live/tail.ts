/** The live tail as the page listens to it: calls and scores as they come, gaps, and whether the line stands. */

import { type CallRecord, type LiveGap, type LiveScore, tailCalls } from "@/api";

export interface TailListener {
  onOpen: () => void;
  onCall: (call: CallRecord) => void;
  onScore: (score: LiveScore) => void;
  onGap: (gap: LiveGap) => void;
  /** The line broke; it is tried again by itself. */
  onBreak: (error: unknown) => void;
}

export interface TailQuestion {
  filter?: string;
  search?: string;
  previews?: boolean;
}

const AGAIN_MS = 2000;

/** Listens until the signal ends it. A line that breaks, or that the server ends, is taken up where it was. */
export async function listen(question: TailQuestion, listener: TailListener, signal: AbortSignal): Promise<void> {
  let last: string | undefined;
  while (!signal.aborted) {
    const { stream } = await tailCalls({
      query: question,
      headers: last === undefined ? {} : { "last-event-id": last },
      signal,
      // Once by the client, for ever by this loop: it knows the difference between an end and a break.
      sseMaxRetryAttempts: 1,
      onSseError: (error) => signal.aborted || listener.onBreak(error),
      onSseEvent: ({ event, data, id }) => {
        last = id ?? last;
        hand(listener, event, data);
      },
    });
    for await (const _told of stream) if (signal.aborted) return;
    await pause(signal);
  }
}

function hand(listener: TailListener, event: string | undefined, data: unknown): void {
  // What each event holds is what the API's document says of it.
  if (event === "call") listener.onCall(data as CallRecord);
  else if (event === "score") listener.onScore(data as LiveScore);
  else if (event === "gap") listener.onGap(data as LiveGap);
  else listener.onOpen();
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, AGAIN_MS);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
