import { describe, expect, test } from "vitest";
import { readNewQueue } from "../search";
import { bodyOf, type Draft, draftOf, problemOf } from "./draft";

const CALLS = { filter: "all" as const, start: "2026-11-01T00:00:00Z", end: "2026-11-08T00:00:00Z" };
const WHOLE: Draft = { ...draftOf({}), name: "week 48", scores: ["ok"] };

describe("a queue in the making", () => {
  test("says what is missing, and is sent when nothing is", () => {
    for (const missing of [
      { name: " " },
      { scores: [] },
      { size: "0" },
      { size: "2001" },
      { size: "ten" },
      { seed: "-1" },
      { seed: "1.5" },
      { perItem: "2" as const, overlap: "101" },
      { perItem: "2" as const, overlap: "" },
    ]) {
      expect(problemOf({ ...WHOLE, ...missing })).not.toBe("");
      expect(bodyOf({ ...WHOLE, ...missing }, CALLS)).toBeNull();
    }
    expect(problemOf(WHOLE)).toBe("");
    expect(bodyOf(WHOLE, CALLS)).toMatchObject({ ...CALLS, how: "uniform", size: 50, per_item: 1, overlap: 1 });
  });

  test("names a judge and segments only where a judge is checked", () => {
    const judge = { sources: ["model" as const] };
    expect(bodyOf({ ...WHOLE, judge, by: "model" }, CALLS)).not.toHaveProperty("judge");
    expect(bodyOf({ ...WHOLE, judge, by: "model", how: "uncertain", seed: "7" }, CALLS)).toMatchObject({
      judge: { name: "ok", sources: ["model"] },
      by: "model",
      seed: 7,
    });
  });

  test("is filled in from an address, whatever is malformed left out", () => {
    const draft = draftOf(readNewQueue({ scores: ["ok", 5], how: "uncertain", size: 30, seed: 3, by: "model" }));
    expect(draft).toMatchObject({ scores: ["ok"], how: "uncertain", size: "30", seed: "3", by: "model" });
    expect(draftOf(readNewQueue({ how: "listed", size: -1, seed: "x", scores: "ok" }))).toEqual(draftOf({}));
  });
});
