/** What the numbers of an installation mean to whoever operates it: pure. */

import type { Status } from "@/api";
import { bytes, count, duration } from "@/format/numbers";

export interface Finding {
  /** What was looked at. */
  what: string;
  good: boolean;
  /** How it is, in words. */
  says: string;
  /** What to do about it; only where it is not good. */
  advice?: string;
}

const LAG_SECONDS = 5;
const DEEP = 1000;
const NEAR_LIMIT = 3;
const LOW = 2;

/** Everything that is looked at, each with a verdict: the limits are those of docs/operations.md. */
export function findingsOf(status: Status): Finding[] {
  return [
    journal(status),
    lag(status),
    writer(status),
    engine(status),
    control(status),
    checks(status),
    lost(status),
    disk(status),
    retention(status),
  ];
}

function journal({ ingest }: Status): Finding {
  if (ingest.failed) return bad("Journal", "failed: writes are refused", "Check the disk, then restart the server.");
  return ingest.is_low
    ? bad("Journal", "little room is left: calls lose their bodies", "Make room on the disk, or bring the store back.")
    : good("Journal", "takes writes");
}

function lag({ ingest: { oldest_unflushed_seconds: seconds, journal_rows: rows } }: Status): Finding {
  const says =
    rows === 0 ? "the store has every row" : `${count(rows)} rows wait, the oldest ${duration(seconds * 1000)}`;
  return seconds > LAG_SECONDS
    ? bad("Flush lag", says, "The store is down or too slow; acknowledged rows wait in the journal, none is lost.")
    : good("Flush lag", says);
}

function writer({ ingest: { queue_depth: depth } }: Status): Finding {
  const says = `${count(depth)} writes wait for the journal’s writer`;
  return depth >= DEEP ? bad("Writer", says, "If it stays there, the disk is too slow.") : good("Writer", says);
}

function engine({ telemetry }: Status): Finding {
  const { embedded, prepared, ready, restarts, version } = telemetry;
  const what = embedded ? "Engine" : "Telemetry store";
  if (!prepared || ready === false || version === null) {
    return bad(what, "does not answer", "Calls are proxied and writes taken all the same. See the server’s log.");
  }
  return restarts > 0
    ? bad(what, `answers, restarted ${times(restarts)} since the start`, "Memory is the most frequent reason.")
    : good(what, embedded ? "answers, never restarted" : "answers");
}

function control({ control: { schema_version: version } }: Status): Finding {
  return version === null
    ? bad("Control database", "does not answer", "Keys known in the last minutes go on working; nobody new gets in.")
    : good("Control database", "answers");
}

function checks({ ingest: { gaps } }: Status): Finding {
  return gaps === 0
    ? good("Loaded rows", "every one was found in the store")
    : bad("Loaded rows", `missing ${times(gaps)}, then loaded again`, "None is lost. Check the disk of the store.");
}

function lost({ ingest: { dropped, bodies_dropped: bodies, refused } }: Status): Finding {
  if (dropped + bodies + refused === 0) return good("Lost or set aside", "nothing");
  const says = [
    dropped > 0 && `${count(dropped)} calls not recorded`,
    bodies > 0 && `${count(bodies)} calls recorded without bodies`,
    refused > 0 && `${count(refused)} rows set aside`,
  ];
  return bad("Lost or set aside", says.filter(Boolean).join(", "), "The server’s log says why.");
}

function disk({ disk: { free_bytes: free, min_free_bytes: least } }: Status): Finding {
  const says = `${bytes(free)} free`;
  if (free <= least) return bad("Disk", says, `Below ${bytes(least)} writes are refused: make room.`);
  if (free < least * LOW) return bad("Disk", says, `Calls lose their bodies; at ${bytes(least)} writes are refused.`);
  return free < least * NEAR_LIMIT
    ? bad("Disk", says, `At ${bytes(least * LOW)} calls will lose their bodies.`)
    : good("Disk", says);
}

function retention({ retention: { last_run: run } }: Status): Finding {
  if (run === null) return good("Retention", "has not looked yet");
  if (run.error !== null) return bad("Retention", run.error, "The next look goes on, in a few minutes.");
  const rows = Object.values(run.deleted).reduce((sum, n) => sum + n, 0);
  return good(
    "Retention",
    rows === 0 ? "nothing was too old at the last look" : `${count(rows)} rows deleted last time`,
  );
}

function good(what: string, says: string): Finding {
  return { what, good: true, says };
}

function bad(what: string, says: string, advice: string): Finding {
  return { what, good: false, says, advice };
}

function times(n: number): string {
  return n === 1 ? "once" : `${count(n)} times`;
}
