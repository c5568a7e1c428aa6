import { describe, expect, test } from "vitest";
import type { QueueItem } from "@/api";
import { AHEAD, dealtWith, EMPTY, fetched, moved, named, reopened, type Trail, tally, wants } from "./trail";

function item(number: number): QueueItem {
  return {
    item: number,
    request_id: `call-${number}`,
    called_at: "2026-11-01T00:00:00Z",
    inclusion: 0.1,
    wanted: 1,
    why: "",
    state: "open",
    annotators: [],
    mine: {},
  };
}

function trailOf(...numbers: number[]): Trail {
  return numbers.reduce((trail, number) => fetched(trail, item(number)), EMPTY);
}

const onTable = ({ items, at }: Trail) => items[at]?.item;

describe("a trail", () => {
  test("asks for more until enough wait behind the one on the table", () => {
    let trail = EMPTY;
    for (let number = 1; number <= AHEAD + 1; number += 1) {
      expect(wants(trail)).toBe(true);
      trail = fetched(trail, item(number));
    }
    expect(wants(trail)).toBe(false);
    expect(wants(dealtWith(trail, "labelled"))).toBe(true);
  });

  test("puts the next on the table at once, and stands behind the last when there is none", () => {
    const one = dealtWith(trailOf(7, 3), "labelled");
    expect(onTable(one)).toBe(3);
    const both = dealtWith(one, "skipped");
    expect(onTable(both)).toBeUndefined();
    expect(onTable(fetched(both, item(9)))).toBe(9);
    expect(tally(both)).toEqual({ labelled: 1, skipped: 1 });
  });

  test("an undone item is on the table again, and what came after it stays done", () => {
    const trail = dealtWith(dealtWith(trailOf(1, 2, 3), "labelled"), "labelled");
    expect(trail.order).toEqual([1, 2]);
    const undone = reopened(trail, 2);
    expect(onTable(undone)).toBe(2);
    expect(undone.order).toEqual([1]);
    expect(onTable(dealtWith(undone, "skipped"))).toBe(3);
  });

  test("one may look back and label anew, and then goes on where one was", () => {
    const trail = moved(dealtWith(trailOf(1, 2, 3), "labelled"), -1);
    expect(onTable(trail)).toBe(1);
    const anew = dealtWith(trail, "labelled");
    expect(onTable(anew)).toBe(2);
    expect(anew.order).toEqual([1]);
  });

  test("what was fetched ahead is not looked at before its turn", () => {
    const trail = trailOf(1, 2);
    expect(moved(trail, 1)).toBe(trail);
    expect(moved(trail, -1)).toBe(trail);
    const next = dealtWith(trail, "labelled");
    expect(onTable(moved(moved(next, -1), 1))).toBe(2);
  });

  test("while something is being saved, what was dealt with is not asked for again", () => {
    const trail = dealtWith(trailOf(1, 2), "skipped");
    expect(named(trail, false)).toEqual([1, 2]);
    expect(named(trail, true)).toEqual([2]);
  });

  test("an item that comes again is to be judged again, and never stands there twice", () => {
    const done = dealtWith(dealtWith(trailOf(1, 2), "skipped"), "labelled");
    const again = fetched(done, item(1));
    expect(onTable(again)).toBe(1);
    expect(again.items).toHaveLength(2);
    const busy = fetched(dealtWith(trailOf(1, 2), "skipped"), item(1));
    expect(onTable(busy)).toBe(2);
  });
});
