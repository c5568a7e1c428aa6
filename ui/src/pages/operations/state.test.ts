import { describe, expect, test } from "vitest";
import type { Status } from "@/api";
import { findingsOf } from "./state";

const GB = 1e9;

const WELL = {
  ingest: {
    queue_depth: 0,
    journal_rows: 0,
    oldest_unflushed_seconds: 0,
    dropped: 0,
    bodies_dropped: 0,
    gaps: 0,
    refused: 0,
    failed: false,
    is_low: false,
  },
  telemetry: { embedded: true, prepared: true, ready: true, restarts: 0, version: "26.9" },
  control: { schema_version: "0005" },
  retention: { last_run: null },
  disk: { free_bytes: 50 * GB, min_free_bytes: 0.3 * GB },
} as unknown as Status;

function changed(part: "ingest" | "telemetry" | "control" | "disk" | "retention", to: object): Status {
  return { ...WELL, [part]: { ...WELL[part], ...to } } as Status;
}

const wrong = (status: Status) => findingsOf(status).filter(({ good }) => !good);

describe("findings", () => {
  test("a well installation has nothing to look at", () => {
    expect(wrong(WELL)).toEqual([]);
  });

  test("each trouble is one thing to look at, with what to do", () => {
    const troubles: [string, Status][] = [
      ["Journal", changed("ingest", { failed: true })],
      ["Journal", changed("ingest", { is_low: true })],
      ["Loaded rows", changed("ingest", { gaps: 1 })],
      ["Lost or set aside", changed("ingest", { bodies_dropped: 1 })],
      ["Flush lag", changed("ingest", { journal_rows: 3, oldest_unflushed_seconds: 5.1 })],
      ["Writer", changed("ingest", { queue_depth: 1000 })],
      ["Engine", changed("telemetry", { ready: false })],
      ["Engine", changed("telemetry", { restarts: 2 })],
      ["Engine", changed("telemetry", { version: null })],
      ["Telemetry store", changed("telemetry", { embedded: false, ready: null, version: null })],
      ["Control database", changed("control", { schema_version: null })],
      ["Lost or set aside", changed("ingest", { dropped: 1 })],
      ["Lost or set aside", changed("ingest", { refused: 1 })],
      ["Disk", changed("disk", { free_bytes: 0.2 * GB })],
      ["Disk", changed("disk", { free_bytes: 0.5 * GB })],
      ["Disk", changed("disk", { free_bytes: 0.8 * GB })],
      ["Retention", changed("retention", { last_run: { deleted: {}, error: "the store was down" } })],
    ];
    for (const [what, status] of troubles) {
      const found = wrong(status);
      expect(found.map((one) => one.what)).toEqual([what]);
      expect(found[0]?.advice).toBeTruthy();
    }
  });

  test("a remote store that answers is well, and rows that wait a moment are, too", () => {
    expect(wrong(changed("telemetry", { embedded: false, ready: null }))).toEqual([]);
    expect(wrong(changed("ingest", { journal_rows: 9, oldest_unflushed_seconds: 0.2 }))).toEqual([]);
  });
});
