import { beforeEach, describe, expect, test } from "vitest";
import { asChosen, keepColumns, keptColumns, moved, readColumns, resized, toggled, USUAL } from "./choice";

describe("the choice of columns", () => {
  test("is read from an address only where it is one", () => {
    expect(readColumns(["status", ["model", 200], "status", 7, ["x"], "", null, ["y", "wide"]])).toEqual([
      "status",
      ["model", 200],
    ]);
    expect(readColumns("status")).toBeUndefined();
    expect(readColumns([])).toBeUndefined();
    expect(readColumns([["model", 1e9]])).toEqual([["model", 1200]]);
  });

  test("is not said where it is the usual one", () => {
    expect(asChosen(USUAL)).toBeUndefined();
    expect(readColumns([...USUAL])).toBeUndefined();
    expect(asChosen(resized(resized(USUAL, "model", 300), "model", null))).toBeUndefined();
  });

  test("shows and hides, but never the last", () => {
    expect(toggled(["a"], "score:b c")).toEqual(["a", "score:b c"]);
    expect(toggled(["a", ["b", 90]], "b")).toEqual(["a"]);
    expect(toggled(["a"], "a")).toEqual(["a"]);
  });

  test("changes the order", () => {
    expect(moved(["a", "b", "c", "d"], "d", 1)).toEqual(["a", "d", "b", "c"]);
    expect(moved(["a", ["b", 90], "c"], "b", 5)).toEqual(["a", "c", ["b", 90]]);
    expect(moved(["a", "b"], "x", 0)).toEqual(["a", "b"]);
  });

  test("keeps widths within bounds", () => {
    expect(resized(["a", "b"], "b", 20.4)).toEqual(["a", ["b", 56]]);
    expect(resized([["a", 300]], "a", 120.6)).toEqual([["a", 121]]);
  });
});

describe("what the browser keeps", () => {
  beforeEach(() => localStorage.clear());

  test("comes back, and what is usual is not kept", () => {
    keepColumns(["status", ["model", 90]]);
    expect(keptColumns()).toEqual(["status", ["model", 90]]);
    keepColumns(undefined);
    expect(keptColumns()).toBeUndefined();
    localStorage.setItem("helicorder.requests.columns", "{broken");
    expect(keptColumns()).toBeUndefined();
  });
});
