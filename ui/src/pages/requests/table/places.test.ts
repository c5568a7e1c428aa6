import { describe, expect, test } from "vitest";
import { learned, PAGE, pagesFor, rowsOf, startOf } from "./places";

describe("a list that is read page by page", () => {
  test("grows by what each page tells, and ends where one has no next", () => {
    let places = startOf("all");
    expect(rowsOf(places)).toBeLessThan(PAGE);
    places = learned(places, 0, PAGE, "after 100");
    expect(places.cursors).toEqual([null, "after 100"]);
    expect(rowsOf(places)).toBeGreaterThan(PAGE);
    places = learned(places, 1, 17, null);
    expect(rowsOf(places)).toBe(PAGE + 17);
  });

  test("learns nothing twice", () => {
    const places = learned(startOf("all"), 0, PAGE, "next");
    expect(learned(places, 0, PAGE, "next")).toBe(places);
  });

  test("that is empty has no rows", () => {
    expect(rowsOf(learned(startOf("all"), 0, 0, null))).toBe(0);
  });

  test("asks for what is in sight, and a page to either side", () => {
    let places = startOf("all");
    for (let page = 0; page < 9; page += 1) places = learned(places, page, PAGE, `after ${page}`);
    expect(pagesFor(places, 0, 20)).toEqual([0, 1]);
    expect(pagesFor(places, 420, 450)).toEqual([3, 4, 5]);
    expect(pagesFor(places, 880, 911)).toEqual([7, 8, 9]);
    places = learned(places, 9, 4, null);
    expect(pagesFor(places, 880, 904)).toEqual([7, 8, 9]);
  });

  test("holds few pages however long it is", () => {
    const cursors = Array.from({ length: 10_000 }, (_none, index) => `after ${index}`);
    const places = { ...startOf("all"), cursors };
    expect(pagesFor(places, 500_000, 500_030)).toHaveLength(3);
  });
});
