import { expect, test } from "vitest";
import { makerName, scopeWords } from "./words";

test("scopes are said in words, and admin includes all", () => {
  expect(scopeWords(["read"])).toBe("reads");
  expect(scopeWords(["write", "read"])).toBe("reads and writes");
  expect(scopeWords(["admin", "read"])).toMatch(/everything/);
  expect(scopeWords([])).toBe("does nothing");
});

test("who made a key is named where it is known", () => {
  const keys = [{ id: "k1", api_key_name: "gateway" }];
  expect(makerName("cli", keys)).toBe("command line");
  expect(makerName("k1", keys)).toBe("key gateway");
  expect(makerName("k2", keys)).toBe("a key");
  expect(makerName("member:m1", keys)).toBe("a member");
  expect(makerName("member:m1", keys, [{ id: "m1", name: "ana" }])).toBe("ana");
});
