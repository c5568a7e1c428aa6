import { describe, expect, test } from "vitest";
import type { Definition } from "@/api";
import { boundsOf, definitionOf, EMPTY, read, typedOf } from "./draft";

const HELPFULNESS: Definition = { name: "helpfulness", kind: "numeric", minimum: 0, maximum: 1 };

describe("a score in the making", () => {
  test("says nothing while something is missing", () => {
    expect(read(EMPTY, null)).toBe("");
    expect(read({ ...EMPTY, name: "a", typed: " " }, null)).toBe("");
    expect(read({ ...EMPTY, name: "a", typed: "much" }, null)).toBe("That is not a number.");
  });

  test("is of the kind that is known of its name", () => {
    const draft = { ...EMPTY, name: " correct ", typed: "no", comment: " because " };
    const definition = definitionOf(draft, [{ name: "correct", kind: "boolean" }]);
    expect(read(draft, definition)).toEqual({ name: "correct", kind: "boolean", value: false, comment: "because" });
    expect(read({ ...EMPTY, name: "new", kind: "categorical", typed: "good" }, null)).toMatchObject({
      kind: "categorical",
      value: "good",
    });
  });

  test("keeps within a range that is defined, and takes anything where it was only seen", () => {
    expect(read({ ...EMPTY, name: "helpfulness", typed: "1.5" }, HELPFULNESS)).toBe("From 0 to 1.");
    expect(read({ ...EMPTY, name: "helpfulness", typed: "0.5" }, HELPFULNESS)).toMatchObject({ value: 0.5 });
    expect(boundsOf({ ...HELPFULNESS, inferred: true })).toBeNull();
    expect(boundsOf({ ...HELPFULNESS, maximum: null })).toBeNull();
  });

  test("is edited as it was typed", () => {
    expect([0.5, true, "good"].map(typedOf)).toEqual(["0.5", "yes", "good"]);
  });
});
