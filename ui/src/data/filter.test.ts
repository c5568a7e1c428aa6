import { describe, expect, test } from "vitest";
import { bothOf, readFilterSearch, treeOf } from "./filter";

describe("a filter", () => {
  test("becomes Helicone's tree, maps by their key", () => {
    expect(treeOf(undefined)).toBe("all");
    expect(
      treeOf({
        match: "any",
        conditions: [
          { field: "model", operator: "equals", value: "gpt-4o" },
          { field: "scores", key: "helpfulness", operator: "lt", value: 0.5 },
        ],
      }),
    ).toEqual({
      left: { request_response_rmt: { model: { equals: "gpt-4o" } } },
      operator: "or",
      right: { request_response_rmt: { scores: { helpfulness: { lt: 0.5 } } } },
    });
  });

  test("joined with everything is itself", () => {
    const one = treeOf({ match: "all", conditions: [{ field: "status", operator: "gte", value: 400 }] });
    expect(bothOf("all", one)).toEqual(one);
    expect(bothOf(one, one)).toEqual({ left: one, operator: "and", right: one });
    expect(bothOf("all", "all")).toBe("all");
  });

  test("is read from an address only where it is one", () => {
    const good = { field: "model", operator: "equals", value: "x" };
    expect(
      readFilterSearch({
        filter: { match: "any", conditions: [good, { field: 1 }, null, { ...good, operator: "drop" }] },
      }),
    ).toEqual({
      filter: { match: "any", conditions: [good] },
    });
    expect(readFilterSearch({ filter: "all", search: "" })).toEqual({});
  });
});
