import { describe, expect, test } from "vitest";
import type { Definition, QueueScore } from "@/api";
import { choicesOf, isTyped, nextUnsaid, valuesOf } from "./choices";

function score(name: string, kind: QueueScore["kind"], required = true): QueueScore {
  return { name, kind, required, definition: null };
}

function defined(part: Partial<Definition>): Definition {
  return { name: "any", kind: "numeric", ...part };
}

const NUMERIC = score("stars", "numeric");

describe("choices", () => {
  test("yes and no have their letters", () => {
    expect(choicesOf(score("ok", "boolean"), null).map(({ key, typed }) => [key, typed])).toEqual([
      ["y", "yes"],
      ["n", "no"],
    ]);
  });

  test("categories are numbered, and those past the ninth have no key", () => {
    const categories = Array.from({ length: 11 }, (_none, place) => `c${place}`);
    const choices = choicesOf(score("topic", "categorical"), defined({ kind: "categorical", categories }));
    expect(choices.map(({ key }) => key)).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9", null, null]);
    expect(choices.map(({ typed }) => typed)).toEqual(categories);
  });

  test("no two choices share a key", () => {
    for (const [minimum, maximum] of [
      [0, 1],
      [1, 5],
      [0, 8],
      [-4, 4],
      [5, 12],
      [0, 0.5],
    ] as const) {
      const keys = choicesOf(NUMERIC, defined({ minimum, maximum })).map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys.every((key) => key !== null && /^\d$/.test(key))).toBe(true);
    }
  });

  test("on a short scale of digits the key is the value; a scale of one has its quarters", () => {
    expect(choicesOf(NUMERIC, defined({ minimum: 1, maximum: 5 })).map(({ key, typed }) => [key, typed])).toEqual(
      ["1", "2", "3", "4", "5"].map((one) => [one, one]),
    );
    expect(choicesOf(NUMERIC, defined({ minimum: 0, maximum: 1 })).map(({ typed }) => typed)).toEqual([
      "0",
      "0.25",
      "0.5",
      "0.75",
      "1",
    ]);
  });

  test("what has no short scale is typed; a range that was only seen is none", () => {
    for (const definition of [
      null,
      defined({ minimum: 0, maximum: 100 }),
      defined({ minimum: 1, maximum: 5, inferred: true }),
      defined({ minimum: 3, maximum: 3 }),
    ]) {
      expect(choicesOf(NUMERIC, definition)).toEqual([]);
    }
    expect(isTyped(NUMERIC, defined({ minimum: 1, maximum: 5 }))).toBe(true);
    expect(isTyped(score("ok", "boolean"), null)).toBe(false);
    const categories = ["a"];
    expect(isTyped(score("topic", "categorical"), defined({ kind: "categorical", categories }))).toBe(false);
    expect(isTyped(score("topic", "categorical"), defined({ kind: "categorical", categories, inferred: true }))).toBe(
      true,
    );
  });
});

describe("a judgement", () => {
  const scores = [score("ok", "boolean"), NUMERIC, score("why", "text", false)];
  const definitionOf = ({ name }: QueueScore) => (name === "stars" ? defined({ minimum: 1, maximum: 5 }) : null);

  test("is there when every required score has a value that is one", () => {
    expect(valuesOf(scores, { ok: "no" }, definitionOf)).toBeNull();
    expect(valuesOf(scores, { ok: "no", stars: "6" }, definitionOf)).toBeNull();
    expect(valuesOf(scores, { ok: "no", stars: "4.5" }, definitionOf)).toEqual({ ok: false, stars: 4.5 });
    expect(valuesOf(scores, { ok: "yes", stars: "1", why: " late " }, definitionOf)).toEqual({
      ok: true,
      stars: 1,
      why: "late",
    });
  });

  test("of nothing is none", () => {
    expect(valuesOf([score("why", "text", false)], {}, () => null)).toBeNull();
  });

  test("goes on with the next score that has no value, around the end", () => {
    expect(nextUnsaid(scores, { ok: "yes" }, 0)).toBe(1);
    expect(nextUnsaid(scores, { stars: "1", why: "x" }, 1)).toBe(0);
    expect(nextUnsaid(scores, { ok: "yes", stars: "1", why: "x" }, 1)).toBe(1);
  });
});
