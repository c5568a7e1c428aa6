import { describe, expect, test } from "vitest";
import type { FilterState } from "@/data/filter";
import { conditionOf, focused, narrowed, segmentName } from "./segments";
import { before, bucketsFor, halves, scoreBucket } from "./spans";

const french = { field: "properties", key: "language", operator: "equals", value: "fr" } as const;

describe("a segment", () => {
  test("is a condition where a filter can say it", () => {
    expect(conditionOf("property:language", "fr")).toEqual(french);
    expect(conditionOf("status", "200")).toEqual({ field: "status", operator: "equals", value: 200 });
    expect(conditionOf("session_name", "support")?.key).toBe("Helicone-Session-Name");
    expect(conditionOf("property:language", "(other)")).toBeNull();
    expect(conditionOf("author", "ana")).toBeNull();
  });

  test("is added to a filter once, and not to one of which any condition will do", () => {
    const all: FilterState = { match: "all", conditions: [french] };
    expect(narrowed(all, [french])).toEqual(all);
    expect(narrowed(undefined, [french])).toEqual(all);
    const model = { field: "model", operator: "equals", value: "m" } as const;
    expect(narrowed({ match: "any", conditions: [french, model] }, [french])).toBeUndefined();
  });

  test("of judges is whose scores count; nobody's cannot be asked for", () => {
    expect(
      focused({}, [
        ["source", "human"],
        ["author", "ana"],
      ]),
    ).toEqual({ sources: ["human"], authors: ["ana"] });
    expect(focused({}, [["author", ""]])).toBeNull();
    expect(focused({}, [["property:language", "fr"]])?.filter?.conditions).toEqual([french]);
    expect(focused({}, [["model", "other"]])).toBeNull();
  });

  test("is named in words", () => {
    expect(
      segmentName([
        ["property:language", "fr"],
        ["model", ""],
      ]),
    ).toBe("language fr, Model not known");
  });
});

describe("stretches of time", () => {
  const week = { start: "2026-11-08T00:00:00.000Z", end: "2026-11-15T00:00:00.000Z" };

  test("the one before is as long and ends where this one begins", () => {
    expect(before(week)).toEqual({ start: "2026-11-01T00:00:00.000Z", end: week.start });
    expect(halves(week)[0].end).toBe("2026-11-11T12:00:00.000Z");
    expect(halves(week)[1].start).toBe("2026-11-11T12:00:00.000Z");
  });

  test("are cut into points that can be told apart", () => {
    const window = { start: new Date(week.start), end: new Date(week.end), range: "7d" };
    expect(bucketsFor(window)).toEqual(["hour", "day", "week"]);
    expect(scoreBucket(window)).toBe("day");
    expect(bucketsFor({ ...window, end: new Date(window.start.getTime() + 1000) })).toEqual(["min"]);
  });
});
