import { describe, expect, test } from "vitest";
import { questionOf, questionOfOne, SIZE } from "./question";
import { readSort, readUsers, writeSort } from "./search";

describe("the address of the list of users", () => {
  test("says the order as the API takes it, and the busiest first by saying nothing", () => {
    expect(readSort(undefined)).toEqual({ key: "total_requests", ascending: false });
    expect(readSort("-cost")).toEqual({ key: "cost", ascending: false });
    expect(readSort("id")).toBeNull();
    for (const written of ["cost", "-last_active", "total_requests"]) {
      const order = readSort(written);
      expect(order && writeSort(order)).toBe(written);
    }
    expect(writeSort({ key: "total_requests", ascending: false })).toBeUndefined();
  });

  test("says nothing that means nothing", () => {
    expect(readUsers({ sort: "-shoe_size", page: 1, search: "" })).toEqual({});
    expect(readUsers({ sort: "-cost", page: 3, search: "ada" })).toEqual({ sort: "-cost", page: 3, search: "ada" });
    for (const page of [0, -1, 1.5, "2", 1e9]) expect(readUsers({ page })).toEqual({});
  });
});

describe("the question for users", () => {
  const window = { start: new Date("2026-11-01T00:00:00Z"), end: new Date("2026-11-03T00:00:00Z") };

  test("asks for a page in an order, and for days in the zone of the browser", () => {
    const asked = questionOf({ page: 3, sort: "last_active" }, window);
    expect([asked.offset, asked.limit, asked.sort, asked.filter]).toEqual([
      2 * SIZE,
      SIZE,
      { last_active: "asc" },
      "all",
    ]);
    expect(asked.timeFilter).toEqual({ startTimeUnixSeconds: 1793491200, endTimeUnixSeconds: 1793664000 });
    expect(asked.timeZoneDifferenceMinutes).toBe(window.end.getTimezoneOffset());
  });

  test("takes users whose id has the words, with a call that meets the filter", () => {
    const filter = { match: "all", conditions: [{ field: "model", operator: "equals", value: "gpt-4o" }] } as const;
    const asked = questionOf({ search: "ada", filter: { ...filter, conditions: [...filter.conditions] } }, window);
    expect(asked.filter).toEqual({
      left: { request_response_rmt: { model: { equals: "gpt-4o" } } },
      operator: "and",
      right: { users_view: { user_user_id: { contains: "ada" } } },
    });
    expect(questionOfOne("ada", window.end).filter).toEqual({ users_view: { user_user_id: { equals: "ada" } } });
  });
});
