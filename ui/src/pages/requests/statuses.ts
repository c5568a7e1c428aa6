/** How a call ended, in a word beside its number. */

import type { CallRecord } from "@/api";
import type { Tone } from "@/design";

export interface StatusWord {
  word: string;
  code: string;
  tone: Tone;
}

const NAMED: Record<number, string> = {
  400: "Bad request",
  401: "Not authorised",
  403: "Forbidden",
  404: "Not found",
  408: "Timed out",
  413: "Too large",
  422: "Not valid",
  429: "Rate limited",
  500: "Server error",
  502: "Bad gateway",
  503: "Unavailable",
  504: "Timed out",
  529: "Overloaded",
};

/** What stands instead of a status where none came: Helicone's codes below zero. */
const ENDED: Record<number, StatusWord> = {
  [-2]: { word: "Timed out", code: "−2", tone: "bad" },
  [-3]: { word: "Cancelled", code: "−3", tone: "warn" },
};

export function statusOf({ status }: Pick<CallRecord, "status">): StatusWord {
  const ended = ENDED[status];
  if (ended) return ended;
  const code = String(status).replace("-", "−");
  if (status >= 200 && status < 300) return { word: "OK", code, tone: "good" };
  if (status < 0) return { word: "Failed", code, tone: "bad" };
  if (status < 400) return { word: NAMED[status] ?? "Answered", code, tone: "plain" };
  return { word: NAMED[status] ?? (status < 500 ? "Refused" : "Server error"), code, tone: "bad" };
}

/** What is said of how a call ended. */
const ENDINGS: Record<CallRecord["ending"], string> = {
  done: "In full",
  caller_gone: "The caller went away before the end",
  upstream_reset: "The provider broke the connection, or could not be reached",
  upstream_timeout: "The provider fell silent for too long",
  shutdown: "This server was stopped before the end",
};

export function endingOf({ ending }: Pick<CallRecord, "ending">): string {
  return ENDINGS[ending];
}
