import { describe, expect, test } from "vitest";
import type { CallNumbers, CallPoint, CallSeries } from "@/api";
import { bucketOf, bucketsOf } from "./buckets";
import { CHARTS, REQUESTS } from "./charts/catalogue";
import { aligned, linesOf } from "./charts/lines";
import { conditionOf, isDimension, valueName } from "./dimensions";
import { changeOf } from "./numbers/change";
import { isOfOneUser, requestsOf } from "./scope";
import { readOverview } from "./search";
import { shortInterval } from "./segments/shortInterval";

const DAY = 86_400_000;
const window = (days: number) => ({ start: new Date(0), end: new Date(days * DAY), range: null });

describe("the buckets of charts", () => {
  test("are neither one nor more than can be answered", () => {
    for (const days of [0.01, 0.2, 1, 7, 30, 400, 3000])
      for (const bucket of bucketsOf(window(days)))
        expect(["min", "hour", "day", "week", "month", "year"]).toContain(bucket);
    expect(bucketsOf(window(7))).toEqual(["hour", "day"]);
    expect(bucketsOf(window(1 / 1440))).toEqual(["min"]);
  });

  test("are as chosen where that fits, and else as suits the window", () => {
    expect(bucketOf(window(7), "hour")).toBe("hour");
    expect(bucketOf(window(7), "min")).toBe("day");
    expect(bucketOf(window(1), undefined)).toBe("hour");
    expect(bucketOf(window(365), undefined)).toBe("week");
  });
});

const numbers = (cost: number | null, n: number) =>
  ({
    n,
    cost: { sum: cost, n: cost === null ? 0 : n },
    errors: { rate: n ? 0.5 : null, low: 0.1, high: 0.9, of: n },
  }) as CallNumbers;
const point = (hour: number, cost: number | null, n: number, at = hour) =>
  ({ start: `2026-11-03T0${hour}:00:00Z`, at: `2026-11-03T0${at}:00:00Z`, ...numbers(cost, n) }) as CallPoint;

const series = (by: string | null, lines: CallPoint[][], before: CallPoint[][] | null = null) =>
  ({
    by,
    current: { lines: lines.map((points, place) => ({ value: by && `v${place}`, rest: false, points })) },
    previous: before && { lines: before.map((points) => ({ value: null, rest: false, points })) },
  }) as unknown as CallSeries;

const cost = CHARTS.find(({ id }) => id === "cost") ?? REQUESTS;
const errors = CHARTS.find(({ id }) => id === "errors") ?? REQUESTS;

describe("the lines of a chart", () => {
  test("have a gap where nothing is known, never a 0", () => {
    const [line] = linesOf(cost, series(null, [[point(0, 1, 2), point(1, null, 3), point(2, 0, 1)]]), false);
    expect(line?.values).toEqual([1, null, 0]);
    expect(line?.counts).toEqual([2, 0, 1]);
  });

  test("have their intervals where the API gives them", () => {
    const [line] = linesOf(errors, series(null, [[point(0, 1, 2)]]), false);
    expect([line?.low, line?.high]).toEqual([[0.1], [0.9]]);
    expect(linesOf(cost, series(null, [[point(0, 1, 2)]]), false)[0]).not.toHaveProperty("low");
  });

  test("of the time before stand where the axis has them, and are gaps elsewhere", () => {
    const now = [point(0, 1, 1), point(1, 2, 1), point(2, 3, 1)];
    const before = [point(3, 7, 1, 1), point(4, 8, 1, 2)];
    expect(aligned(now, before).map((one) => one?.cost.sum)).toEqual([undefined, 7, 8]);
    const [, earlier] = linesOf(cost, series(null, [now], [before]), true);
    expect([earlier?.dashed, earlier?.values]).toEqual([true, [null, 7, 8]]);
    expect(linesOf(cost, series(null, [now], [before]), false)).toHaveLength(1);
  });

  test("of a split are one for each value", () => {
    const split = linesOf(cost, series("model", [[point(0, 1, 1)], [point(0, null, 1)]]), false);
    expect(split.map(({ label, values }) => [label, values])).toEqual([
      ["v0", [1]],
      ["v1", [null]],
    ]);
  });
});

describe("a change", () => {
  test("is not known where one side is not", () => {
    expect(changeOf({ value: null, n: 0 }, { value: 1, n: 1 })).toBeNull();
    expect(changeOf({ value: 1, n: 1 }, null)).toBeNull();
  });

  test("is sure only where both intervals lie apart", () => {
    const at = (value: number, low: number, high: number) => ({ value, low, high, n: 9 });
    expect(changeOf(at(2, 1.8, 2.2), at(1, 0.8, 1.2))).toEqual({ direction: "up", share: 1, sure: true });
    expect(changeOf(at(1, 0.5, 1.5), at(2, 1.4, 2.6))?.sure).toBe(false);
    expect(changeOf({ value: 2, n: 1 }, { value: 0, n: 1 })).toEqual({ direction: "up", share: null, sure: null });
  });
});

describe("a dimension", () => {
  test("is a column or any property that has a name", () => {
    expect(["model", "property:x", "property:", "colour", 7].map(isDimension)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test("of calls that say nothing is named and filtered as such", () => {
    expect([valueName(null), valueName(""), valueName("", "property:x"), valueName("v")]).toEqual([
      "all others",
      "not known",
      "without it",
      "v",
    ]);
    expect(conditionOf("model", "")).toEqual({ field: "model", operator: "equals", value: "__empty__" });
    expect(conditionOf("property:x", "")).toEqual({ field: "properties", key: "x", operator: "equals", value: "" });
    expect(conditionOf("status", "429").value).toBe(429);
  });
});

describe("the requests of a page", () => {
  const mine = { field: "user_id", operator: "equals", value: "ada" } as const;
  const slow = { field: "latency", operator: "gt", value: 9 } as const;

  test("are those that meet its filter and what holds of all its calls", () => {
    const scope = { filter: { match: "all", conditions: [slow] } as const, within: [mine] };
    expect(requestsOf({ ...scope, filter: { match: "all", conditions: [slow] } }, [])?.filter?.conditions).toEqual([
      slow,
      mine,
    ]);
    expect(isOfOneUser({ filter: undefined, within: [mine] })).toBe(true);
    expect(isOfOneUser({ filter: undefined, within: [] })).toBe(false);
  });

  test("have no address where any of several conditions will do", () => {
    const filter = { match: "any" as const, conditions: [slow, mine] };
    expect(requestsOf({ filter, within: [] }, [mine])).toBeNull();
    expect(requestsOf({ filter, within: [] }, [])).toEqual({ filter });
  });
});

describe("the address of the dashboard", () => {
  test("says what is asked for, and nothing that means nothing", () => {
    const said = { by: "property:plan", bucket: "day", compare: true, live: true, order: "cost", property: 7 };
    expect(readOverview(said)).toEqual({ ...said, property: "7" });
    expect(readOverview({ by: "colour", bucket: "moment", compare: "yes", live: 1, order: "n", property: "" })).toEqual(
      {},
    );
  });
});

describe("a short interval", () => {
  const seconds = (value: number) => (value < 1 ? `${value * 1000} ms` : `${value} s`);

  test("says a unit once where both ends have the same", () => {
    expect(shortInterval(1.2, 1.5, seconds)).toBe("1.2 to 1.5 s");
    expect(shortInterval(0.8, 1.5, seconds)).toBe("800 ms to 1.5 s");
    expect(shortInterval(0.1, 0.2, (value) => `$${value}`)).toBe("$0.1 to $0.2");
  });

  test("is one number where its ends look the same", () => {
    expect(shortInterval(2, 2, seconds)).toBe("2 s");
  });
});
