import { describe, expect, test } from "vitest";
import type { SessionCall, SessionNode } from "@/api";
import { axisOf, between, lengthOf, merged, roundStep } from "./axis";
import { criticalPath } from "./critical";
import { deedOf } from "./keys";
import { labelsOf } from "./labels";
import { foldable, placeKey, rowsOf } from "./tree";

const call = (id: string, offset: number) =>
  ({ request_id: id, started_at: `2026-11-03T12:00:00.${offset}Z`, offset_ms: offset, name: id }) as SessionCall;

const node = (path: string, parent: number | null, offset: number, calls: SessionCall[] = []) =>
  ({ path, parent, name: path.split("/").at(-1), offset_ms: offset, calls, depth: 0 }) as unknown as SessionNode;

const NODES = [
  node("", null, 0, [call("stray", 900)]),
  node("/plan", 0, 0, [call("plan", 0)]),
  node("/plan/search", 1, 100, [call("search", 100)]),
  node("/answer", 0, 500, [call("first", 500), call("second", 700)]),
];

describe("a session as rows", () => {
  const shown = (folded: string[]) => rowsOf(NODES, new Set(folded)).map(({ depth, name }) => `${depth} ${name}`);

  test("holds places and calls in the order in which they began", () => {
    expect(shown([])).toEqual(["0 ", "1 plan", "2 plan", "2 search", "1 answer", "2 first", "2 second", "1 stray"]);
  });

  test("hides what stands in a place that is folded", () => {
    expect(shown(["/plan"])).toEqual(["0 ", "1 plan", "1 answer", "2 first", "2 second", "1 stray"]);
    expect(shown([""])).toEqual(["0 "]);
    expect(foldable(NODES)).toEqual(["/plan", "/answer"]);
  });

  test("knows in which row each stands", () => {
    const rows = rowsOf(NODES, new Set());
    expect(rows.find(({ name }) => name === "search")?.parent).toBe(placeKey("/plan"));
    expect(rows[0]?.parent).toBeNull();
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });

  test("may be thousands deep, and as long", () => {
    const deep = [node("", null, 0)];
    for (let depth = 1; depth <= 5000; depth += 1)
      deep.push(node(`${deep.at(-1)?.path}/a`, depth - 1, depth, [call(`c${depth}`, depth)]));
    expect(rowsOf(deep, new Set())).toHaveLength(10_000);
  });
});

describe("the time axis of a session", () => {
  const busy = [
    { from: 0, to: 1000 },
    { from: 500, to: 1500 },
    { from: 3_600_000, to: 3_601_000 },
  ];

  test("joins what touches, and knows what lies between", () => {
    expect(merged(busy)).toEqual([
      { from: 0, to: 1500 },
      { from: 3_600_000, to: 3_601_000 },
    ]);
    expect(between(merged(busy))).toEqual([{ from: 1500, to: 3_600_000 }]);
    expect(lengthOf(merged(busy))).toBe(2500);
  });

  test("is true to time where idle time is drawn", () => {
    const axis = axisOf(busy, { end: 3_601_000, idle: true });
    expect(axis.place(0)).toBe(0);
    expect(axis.place(3_601_000)).toBeCloseTo(1);
    expect(axis.place(1_800_500)).toBeCloseTo(0.5);
    expect(axis.gaps).toHaveLength(1);
  });

  test("shortens long waits, and what ran keeps its proportions", () => {
    const axis = axisOf(busy, { end: 3_601_000, idle: false });
    const ran = axis.place(1500) - axis.place(0);
    const later = axis.place(3_601_000) - axis.place(3_600_000);
    expect(ran / later).toBeCloseTo(1.5);
    expect(ran + later).toBeGreaterThan(0.95);
    expect(axis.gaps[0]).toMatchObject({ from: 1500, to: 3_600_000 });
    expect(axis.moment(axis.place(700))).toBeCloseTo(700);
  });

  test("shows a part of itself from edge to edge", () => {
    const axis = axisOf(busy, { end: 3_601_000, idle: false, zoom: [500, 1500] });
    expect(axis.place(500)).toBeCloseTo(0);
    expect(axis.place(1500)).toBeCloseTo(1);
    expect(axis.moment(0.5)).toBeCloseTo(1000);
    expect(axis.place(0)).toBeLessThan(0);
  });

  test("has ticks at round moments that do not run into one another", () => {
    for (const idle of [true, false]) {
      const { ticks } = axisOf(busy, { end: 3_601_000, idle });
      expect(ticks.length).toBeGreaterThan(1);
      ticks.slice(1).forEach((tick, place) => {
        expect(tick.at - (ticks[place]?.at ?? 0)).toBeGreaterThan(0.08);
      });
    }
    expect(roundStep(37)).toBe(50);
    expect(roundStep(900)).toBe(1000);
    expect(roundStep(70_000)).toBe(120_000);
  });

  test("has words that do not run into one another, those of waits first", () => {
    const axis = axisOf(busy, { end: 3_601_000, idle: false });
    for (const width of [0, 120, 300, 900]) {
      const labels = labelsOf(axis, width).sort((one, other) => one.left - other.left);
      labels.slice(1).forEach((label, place) => {
        const before = labels[place];
        expect(label.left).toBeGreaterThan((before?.left ?? 0) + (before?.text.length ?? 0) * 6);
      });
    }
    expect(labelsOf(axis, 300).some(({ wait }) => wait !== null)).toBe(true);
  });

  test("stands even where nothing took any time", () => {
    const axis = axisOf([{ from: 0, to: 0 }], { end: 0, idle: false });
    expect(Number.isFinite(axis.place(0))).toBe(true);
    expect(axisOf([], { end: 0, idle: false }).gaps).toEqual([]);
  });
});

describe("the keys of the tree", () => {
  const rows = rowsOf(NODES, new Set(["/answer"]));

  test("go up and down and stay within", () => {
    expect(deedOf("ArrowDown", rows, 0)).toEqual({ do: "go", to: 1 });
    expect(deedOf("ArrowUp", rows, 0)).toEqual({ do: "go", to: 0 });
    expect(deedOf("End", rows, 0)).toEqual({ do: "go", to: rows.length - 1 });
    expect(deedOf("PageDown", rows, 2)).toEqual({ do: "go", to: rows.length - 1 });
  });

  test("go into places and out of them", () => {
    const answer = rows.findIndex(({ name }) => name === "answer");
    expect(deedOf("ArrowRight", rows, answer)).toEqual({ do: "fold" });
    expect(deedOf("ArrowRight", rows, 1)).toEqual({ do: "go", to: 2 });
    expect(deedOf("ArrowLeft", rows, 1)).toEqual({ do: "fold" });
    expect(deedOf("ArrowLeft", rows, 2)).toEqual({ do: "go", to: 1 });
    expect(deedOf("ArrowRight", rows, 2)).toBeNull();
  });

  test("mean nothing else", () => {
    expect(deedOf("x", rows, 0)).toBeNull();
    expect(deedOf("Enter", rows, 0)).toEqual({ do: "enter" });
    expect(deedOf("0", rows, 0)).toEqual({ do: "zoom", by: Number.POSITIVE_INFINITY });
  });
});

describe("what a session waited for", () => {
  test("is the chain of calls back from the one that ended last", () => {
    const path = criticalPath([
      { key: "plan", from: 0, to: 100 },
      { key: "fast", from: 100, to: 150 },
      { key: "slow", from: 100, to: 400 },
      { key: "answer", from: 401, to: 900 },
      { key: "aside", from: 300, to: 880 },
    ]);
    expect([...path].sort()).toEqual(["answer", "plan", "slow"]);
  });

  test("ends, whatever takes no time", () => {
    expect(criticalPath([{ key: "a", from: 5, to: 5 }]).size).toBe(1);
    expect(criticalPath([]).size).toBe(0);
  });
});
