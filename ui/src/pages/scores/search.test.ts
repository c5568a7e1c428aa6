import { describe, expect, test } from "vitest";
import { readAgreement, readBisect, readCompare, readJudges, readScore, readSelection } from "./search";

describe("the address of a score page", () => {
  test("says what is meant, and nothing of what is malformed", () => {
    expect(readSelection({ clock: "judged", cluster: "everyone", sources: ["human", "cat"], authors: "ana" })).toEqual({
      clock: "judged",
      sources: ["human"],
    });
    expect(readScore({ by: ["model", 7, "user_id", "status"], top: 10.5, sort: "mean", bucket: "fortnight" })).toEqual({
      by: ["model", "user_id"],
      sort: "mean",
    });
  });

  test("a score may be called 5, and is not a number then", () => {
    expect(readCompare({ name: 5 })).toEqual({ name: "5" });
  });

  test("segments keep their filters and times, and an empty one is none", () => {
    const filter = { match: "all", conditions: [{ field: "model", operator: "equals", value: "m" }] };
    expect(readCompare({ a: { filter, from: "2026-11-01", to: "soon" }, b: {}, margin: -1 })).toEqual({
      a: { filter, from: "2026-11-01" },
    });
  });

  test("pairs name two raters in their order", () => {
    expect(readAgreement({ pair: [0, 2] }).pair).toEqual([0, 2]);
    expect(readAgreement({ pair: [2, 0] }).pair).toBeUndefined();
    expect(readAgreement({ raters: [{ authors: ["ana"] }, 7] }).raters).toEqual([{ authors: ["ana"] }]);
  });

  test("no more dimensions than the API takes, no budget beyond its own", () => {
    expect(readBisect({ dimensions: ["a", "b", "c", "d", "e", "f", "g"] }).dimensions).toHaveLength(6);
    expect(readJudges({ budget: 5000, tab: "drift", once: "yes" })).toEqual({ tab: "drift" });
  });
});
