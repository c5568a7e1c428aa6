import { describe, expect, test } from "vitest";
import { readRequestsSearch, readSort, writeSort } from "./search";

describe("the address of the requests", () => {
  test("is read as it was meant", () => {
    const said = {
      open: "a/b ünï",
      at: "2026-11-26T10:00:00Z",
      tab: "scores",
      sort: "-cost_usd",
      live: true,
      columns: ["status", ["model", 200]],
      search: 'refund "late delivery"',
    };
    expect(readRequestsSearch({ ...said, other: 1 })).toEqual(said);
    expect(readRequestsSearch({ open: 123 })).toEqual({ open: "123" });
  });

  test("says nothing where it is malformed", () => {
    expect(
      readRequestsSearch({ open: {}, at: "soon", tab: "chat", sort: "beauty", live: "yes", columns: "all" }),
    ).toEqual({});
  });

  test("sorts by what the API sorts by", () => {
    expect(readSort(undefined)).toEqual({ key: "created_at", ascending: false });
    expect(readSort("model")).toEqual({ key: "model", ascending: true });
    expect(readSort("-request_id")).toBeNull();
    expect(writeSort({ key: "created_at", ascending: false })).toBeUndefined();
    for (const sort of ["created_at", "-latency_ms", "user_id"]) {
      expect(writeSort(readSort(sort) as NonNullable<ReturnType<typeof readSort>>)).toBe(sort);
    }
  });
});
