import { describe, expect, test } from "vitest";
import { isolated, type Line, stacked } from "./plot";
import { splits } from "./splits";
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
