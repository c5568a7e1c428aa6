import { describe, expect, test } from "vitest";
import { changesOf, deletes, draftOf, keptFor, problemOf } from "./retention";

const KEPT = { calls_days: null, bodies_days: 30, scores_days: null };

describe("retention", () => {
  test("only what is different is sent, and null takes a limit away", () => {
    const draft = draftOf(KEPT);
    expect(changesOf(draft, KEPT)).toEqual({});
    expect(changesOf({ ...draft, calls_days: "90", bodies_days: null }, KEPT)).toEqual({
      calls_days: 90,
      bodies_days: null,
    });
  });

  test("what is no whole number of days is nothing to send", () => {
    for (const typed of ["", "0", "-1", "1.5", "many", "36501"]) {
      expect(problemOf(typed)).not.toBe("");
      expect(changesOf({ ...draftOf(KEPT), calls_days: typed }, KEPT)).toBeNull();
    }
  });

  test("a change that deletes is one that keeps for shorter than before", () => {
    expect(deletes({ calls_days: 90 }, KEPT)).toBe(true);
    expect(deletes({ bodies_days: 29 }, KEPT)).toBe(true);
    expect(deletes({ bodies_days: 31 }, KEPT)).toBe(false);
    expect(deletes({ bodies_days: null }, KEPT)).toBe(false);
  });

  test("without a limit things are kept for ever, or as long as their calls", () => {
    expect(keptFor("scores_days", KEPT)).toBe("for ever");
    expect(keptFor("scores_days", { ...KEPT, calls_days: 1 })).toBe("as long as their calls");
    expect(keptFor("calls_days", { ...KEPT, calls_days: 1 })).toBe("1 day");
  });
});
