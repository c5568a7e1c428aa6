import { describe, expect, test } from "vitest";
import { bucketFor, lengthOf, readTimeSearch, windowOf } from "./window";

const NOW = new Date("2026-11-26T12:34:56.789Z");

describe("the window", () => {
  test("a range ends at the next round minute, so that a page asks one question", () => {
    const { start, end, range } = windowOf({ range: "24h" }, NOW);
    expect(end.toISOString()).toBe("2026-11-26T12:35:00.000Z");
    expect(end.getTime() - start.getTime()).toBe(86_400_000);
    expect(range).toBe("24h");
  });

  test("two moments win over a range, unless they are the wrong way round", () => {
    const fixed = { from: "2026-11-01T00:00:00Z", to: "2026-11-02T00:00:00Z", range: "1h" };
    expect(windowOf(fixed, NOW).start.toISOString()).toBe("2026-11-01T00:00:00.000Z");
    expect(windowOf({ ...fixed, to: "2026-10-01" }, NOW).range).toBe("1h");
  });

  test("what is malformed in an address says nothing", () => {
    expect(readTimeSearch({ range: "forever", from: "yesterday", to: 7, zone: "UTC", other: 1 })).toEqual({
      zone: "UTC",
    });
    expect(lengthOf("15m")).toBe(900_000);
    expect(lengthOf("1y")).toBeNull();
  });

  test("buckets suit the window", () => {
    expect(bucketFor(windowOf({ range: "1h" }, NOW))).toBe("min");
    expect(bucketFor(windowOf({ range: "7d" }, NOW))).toBe("hour");
    expect(bucketFor(windowOf({ range: "30d" }, NOW))).toBe("day");
    expect(bucketFor(windowOf({ range: "365d" }, NOW))).toBe("week");
  });
});
