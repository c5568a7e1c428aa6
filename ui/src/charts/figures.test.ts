import { describe, expect, test } from "vitest";
import { isolated, type Line, stacked } from "./plot";
import { isCutOff, withinReach } from "./reach";
import { stretches } from "./Spark";
import { laneScale, roundTicks } from "./scale";
import { splits } from "./splits";
import { levelled } from "./Waterfall";

const line = (values: (number | null)[]): Line => ({ label: "x", ink: "series-1", values });

describe("charts", () => {
  test("a point between gaps is told from a line", () => {
    expect(isolated([1, null, 2, 3, null, 4])).toEqual([0, 5]);
    expect(isolated([null, null])).toEqual([]);
  });

  test("a line is cut where there is nothing", () => {
    expect(stretches([null, 1, 2, null, null, 3])).toEqual([[1, 2], [5]]);
    expect(stretches([null])).toEqual([]);
  });

  test("a scale has its values within, and round numbers below", () => {
    const { place, ticks } = laneScale([0.7, 0.82], 0.1);
    expect(place(0.7)).toBeGreaterThan(0);
    expect(place(0.82)).toBeLessThan(100);
    expect(ticks).toEqual([0.7, 0.75, 0.8]);
    expect(roundTicks(-0.12, 0.03, 4)).toEqual([-0.1, -0.05, 0]);
    expect(laneScale([5], 0.1).place(5)).toBeCloseTo(8.3, 1);
  });

  test("an interval that is far wider than the others is cut off, and said to be", () => {
    const plot = (low: number[], high: number[]) => [{ ...line([5, 5, 5]), low, high }];
    expect(withinReach(plot([4, 4, -100], [6, 6, 110]), -100, 110)).toEqual([1, 9]);
    expect(isCutOff(plot([4, 4, -100], [6, 6, 110]))).toBe(true);
    expect(withinReach(plot([4, 4, 3], [6, 6, 7]), 3, 7)).toEqual([3, 7]);
    expect(isCutOff(plot([4, 4, 3], [6, 6, 7]))).toBe(false);
  });

  test("bars stand on one another, and nothing upon nothing stays a gap", () => {
    expect(stacked([line([1, null, 2]), line([3, null, null])])).toEqual([
      [1, null, 2],
      [4, null, 2],
    ]);
  });

  test("there are no more ticks than have room, at round times of the zone", () => {
    const midnight = Date.parse("2026-11-20T00:00:00+01:00") / 1000;
    const hours = Array.from({ length: 168 }, (_none, index) => midnight + 3600 * (index + 5));
    const berlin = { bucket: "hour", zone: "Europe/Berlin" } as const;
    const days = splits(hours, 1100, 72, berlin);
    expect(days.map((second) => (second - midnight) % 86_400)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(splits(hours, 300, 72, berlin).map((second) => (second - midnight) / 86_400)).toEqual([1, 3, 5]);
    const sixHourly = splits(hours.slice(0, 30), 500, 72, berlin);
    expect(sixHourly.map((second) => ((second - midnight) / 3600) % 6)).toEqual([0, 0, 0, 0, 0]);
    expect(splits(hours.slice(0, 5), 700, 70, { ...berlin, bucket: "day" })).toHaveLength(5);
    expect(splits(hours, 1100, 72, berlin).at(-1)).toBeLessThan(hours.at(-3) as number);
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
