import { describe, expect, test } from "vitest";
import type { Replay } from "@/api";
import { draftOf, inputOf } from "./definitions/draft";
import { levelName, pValue } from "./figures/trust";
import { linesOf } from "./judges/LabelsTab";
import { filterInWords } from "./pin/filterInWords";
import { keyNumbers, pinnedOf, sideBySide } from "./pin/pinned";
import { timeOf, tokenOf } from "./pins";
import { readTyped } from "./score/EditForm";

describe("pins", () => {
  test("lead from the API's link to a page, and name the time that they saw", () => {
    const pin = { link: "/v1/pins/abc_-", as_of: "1795734905888866", methods: 1, digest: "" };
    expect(tokenOf(pin)).toBe("abc_-");
    expect(timeOf(pin.as_of)).toBe("2026-11-26T23:15:05.888Z");
  });

  const replayed = (kind: string, past: object, now: object) =>
    Object.fromEntries([
      ["kind", kind],
      ["question", {}],
      // biome-ignore lint/suspicious/noThenProperty: the API's word for the answer as it was
      ["then", past],
      ["now", now],
    ]) as unknown as Replay;

  test("a kind that nobody can draw is none", () => {
    expect(pinnedOf(replayed("forecast", {}, {}), "then")).toBeNull();
  });

  test("then and now stand side by side, and what only one has stands alone", () => {
    const judged = (mean: number) => ({ raw: { mean, n: 3 }, corrected: { n: 3 }, human: { n: 0 } });
    const replay = replayed("judge", judged(0.5), judged(0.75));
    const [past, now] = [pinnedOf(replay, "then"), pinnedOf(replay, "now")];
    const sides = sideBySide(past ? keyNumbers(past) : [], now ? keyNumbers(now) : []);
    expect(sides[0]).toMatchObject({ label: "judge, as it is", past: { mean: 0.5 }, now: { mean: 0.75 } });
    expect(sideBySide([{ label: "a", of: { mean: 1, low: null, high: null, n: 1 } }], [])[0]?.now).toBeNull();
  });

  test("their filters are told in words", () => {
    expect(filterInWords("all")).toBe("all calls");
    const leaf = (of: object) => ({ request_response_rmt: of });
    const either = {
      left: leaf({ model: { equals: "gpt-4o" } }),
      operator: "or",
      right: leaf({ properties: { language: { equals: "fr" } } }),
    };
    expect(filterInWords(either)).toBe("Model is gpt-4o or Property language is fr");
  });
});

describe("what is written and what is read", () => {
  test("p-values and levels", () => {
    expect(pValue(0.00001)).toBe("< 0.001");
    expect(pValue(1)).toBe("1");
    expect(pValue(null)).toBe("not known");
    expect(levelName(0.95)).toBe("95 %");
    expect(levelName(0.9875)).toBe("98.75 %");
  });

  test("a typed value is of its kind or none", () => {
    expect(readTyped("numeric", "0.5")).toBe(0.5);
    expect(readTyped("numeric", "half")).toBeNull();
    expect(readTyped("numeric", " ")).toBeNull();
    expect(readTyped("boolean", "false")).toBe(false);
    expect(readTyped("text", " ")).toBeNull();
  });

  test("a definition sends what its kind has, and no bound that was merely seen", () => {
    const seen = draftOf("q", { name: "q", kind: "numeric", minimum: 0.2, maximum: 1, inferred: true });
    expect(inputOf(seen)).toMatchObject({ kind: "numeric", minimum: null, maximum: null });
    expect(inputOf({ ...seen, minimum: "high" })).toBeNull();
    expect(inputOf({ ...seen, kind: "categorical", categories: "good\n\n bad " })).toMatchObject({
      categories: ["good", "bad"],
    });
    expect(inputOf({ ...seen, name: " " })).toBeNull();
  });

  test("a plan is copied as scores to fill in, each with its probability whole", () => {
    const item = { target: "request", target_id: "r1", judged: 1, segment: "", inclusion: 0.016094147582697 };
    expect(JSON.parse(linesOf([item], "correct"))).toEqual({
      request_id: "r1",
      name: "correct",
      source: "human",
      inclusion: 0.016094147582697,
    });
  });
});
