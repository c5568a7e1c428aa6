import { describe, expect, test } from "vitest";
import { readSession, readSessions, readSort, writeSort } from "./search";

describe("the addresses of sessions", () => {
  test("say the order as the API takes it, and the latest first by saying nothing", () => {
    expect(readSort(undefined)).toEqual({ key: "last_activity", ascending: false });
    expect(readSort("-cost")).toEqual({ key: "cost", ascending: false });
    expect(readSort("cost")).toEqual({ key: "cost", ascending: true });
    expect(readSort("-colour")).toBeNull();
    for (const written of ["cost", "-duration", "last_activity"]) {
      const order = readSort(written);
      expect(order && writeSort(order)).toBe(written);
    }
    expect(writeSort({ key: "last_activity", ascending: false })).toBeUndefined();
  });

  test("tell sessions without a name from sessions of any name", () => {
    expect(readSessions({ name: "" })).toEqual({ name: "" });
    expect(readSessions({ name: 7, search: "x", sort: "no" })).toEqual({ name: "7", search: "x" });
    expect(readSessions({})).toEqual({});
  });

  test("hold a stretch of time only where it is one", () => {
    expect(readSession({ zoom: [0, 250] })).toEqual({ zoom: [0, 250] });
    for (const zoom of [[1], [2, 1], ["0", 1], [0, Number.NaN], [-1, 1], "0,1"])
      expect(readSession({ zoom })).toEqual({});
  });

  test("keep the root's path, which is empty, and drop what is malformed", () => {
    expect(readSession({ path: "", call: "a/b", at: "2026-11-03T12:00:00Z", idle: "yes" })).toEqual({
      path: "",
      call: "a/b",
      at: "2026-11-03T12:00:00Z",
    });
    expect(readSession({ call: 12345, at: "noon", folded: ["/a", 3] })).toEqual({ call: "12345", folded: ["/a"] });
  });
});
