import { describe, expect, test } from "vitest";
import type { Part } from "@/api";
import { followed } from "./follow";

const part: Part = {
  label: "property:prompt-version: v11 -> v12",
  kind: "entered",
  dimensions: ["property:prompt-version"],
  segment: [["property:prompt-version", "v12"]],
  amount: -0.06,
  low: null,
  high: null,
  p_value: null,
  adjusted: null,
  looks: 1,
  flagged: true,
  n_before: 0,
  n_after: 9,
  mean_before: null,
  mean_after: 0.7,
};
const shift = { n_before: 1, n_after: 1, mean_before: null, mean_after: null, amount: 0 };
const window = { start: "2026-11-01T00:00:00Z", end: "2026-11-15T00:00:00Z" };
const at = "2026-11-10T00:00:00Z";

describe("where a part of a change leads", () => {
  test("a value that came for another is compared with it, cut by where it mostly lies", () => {
    const shifts = [
      { ...shift, value: "v12", share_before: 0, share_after: 0.8 },
      { ...shift, value: "v11", share_before: 1, share_after: 0.2 },
    ];
    const inner: Part = { ...part, segment: [...part.segment, ["property:language", "fr"]] };
    const found = followed({ ...part, shifts, parts: [inner] }, { name: "q" }, at, window);
    expect(found?.label).toBe("Compare v11 with v12");
    expect(found?.search).toMatchObject({ name: "q", by: "property:language" });
    expect(found?.search.a?.filter?.conditions[0]?.value).toBe("v11");
    expect(found?.search.b?.filter?.conditions[0]?.value).toBe("v12");
  });

  test("any other part is compared with itself, before and after", () => {
    const mix: Part = { ...part, kind: "mix", segment: [["property:language", "fr"]] };
    const found = followed(mix, {}, at, window);
    expect(found?.search).toMatchObject({ a: { from: window.start, to: at }, b: { from: at, to: window.end } });
    expect(found?.search.filter?.conditions[0]?.value).toBe("fr");
  });

  test("what is unexplained, or pooled, leads nowhere", () => {
    expect(followed({ ...part, kind: "unexplained", segment: [] }, {}, at, window)).toBeNull();
    expect(followed({ ...part, kind: "within", segment: [["model", "other"]] }, {}, at, window)).toBeNull();
  });
});
