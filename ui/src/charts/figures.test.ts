import { describe, expect, test } from "vitest";
import { isolated, type Line, splits, stacked } from "./plot";
import { levelled } from "./Waterfall";

const line = (values: (number | null)[]): Line => ({ label: "x", ink: "series-1", values });

describe("charts", () => {
  test("a point between gaps is told from a line", () => {
    expect(isolated([1, null, 2, 3, null, 4])).toEqual([0, 5]);
    expect(isolated([null, null])).toEqual([]);
  });

  test("bars stand on one another, and nothing upon nothing stays a gap", () => {
    expect(stacked([line([1, null, 2]), line([3, null, null])])).toEqual([
      [1, null, 2],
      [4, null, 2],
    ]);
  });

  test("there are no more ticks than have room", () => {
    const starts = Array.from({ length: 100 }, (_none, index) => index);
    expect(splits(starts, 700, 70).length).toBeLessThanOrEqual(10);
    expect(splits(starts.slice(0, 5), 700, 70)).toHaveLength(5);
  });

  test("a waterfall ends where its steps lead", () => {
    const bars = levelled([
      { key: "before", label: "", amount: 0.8, whole: true },
      { key: "a", label: "", amount: -0.05 },
      { key: "b", label: "", amount: 0.02 },
      { key: "after", label: "", amount: 0.77, whole: true },
    ]);
    expect(bars[1]).toMatchObject({ from: 0.8, to: 0.75 });
    expect(bars[2]?.to).toBeCloseTo(0.77);
  });
});
