import { describe, expect, test } from "vitest";
import { conditionOf } from "./ConditionForm";
import { choiceOf, columnOf, kindOf, readValue, sentence, typedValue } from "./vocabulary";

describe("conditions in words", () => {
  test("say what, how and what with", () => {
    expect(sentence({ field: "model", operator: "equals", value: "gpt-4o" })).toBe("Model is gpt-4o");
    expect(sentence({ field: "latency", operator: "gt", value: 500 })).toBe("Latency more than 500 ms");
    expect(sentence({ field: "scores", key: "helpfulness", operator: "lt", value: 0.5 })).toBe(
      "helpfulness less than 0.5",
    );
    expect(sentence({ field: "scores", key: "correct-hcone-bool", operator: "equals", value: 1 })).toBe(
      "correct is yes",
    );
    expect(sentence({ field: "properties", key: "env", operator: "contains", value: "x" })).toBe(
      "Property env contains x",
    );
    expect(sentence({ field: "properties", key: "Helicone-Session-Id", operator: "equals", value: "s" })).toBe(
      "Session is s",
    );
  });

  test("name what is not known", () => {
    expect(sentence({ field: "cost", operator: "equals", value: "null" })).toBe("Cost is not known");
    expect(sentence({ field: "user_id", operator: "not-equals", value: "__empty__" })).toBe("User is known");
    expect(choiceOf({ operator: "equals", value: "null" })).toBe("unknown");
  });

  test("show a column that nobody foresaw by its name", () => {
    expect(sentence({ field: "weather", operator: "equals", value: "rain" })).toBe("weather is rain");
  });
});

describe("what is typed", () => {
  test("becomes a value of its kind, or none", () => {
    expect(readValue("number", " 0.5 ")).toBe(0.5);
    expect(readValue("number", "")).toBeNull();
    expect(readValue("number", "1e999")).toBeNull();
    expect(readValue("text", "")).toBeNull();
    expect(readValue("yes-no", "yes")).toBe(1);
    expect(readValue("thumbs", "no")).toBe(false);
    expect(readValue("time", "yesterday")).toBeNull();
  });

  test("is edited again as it was typed", () => {
    for (const typed of ["2026-11-26T10:00:00", "2026-01-01T23:59:59"]) {
      expect(typedValue("time", readValue("time", typed) as string)).toBe(typed);
    }
    expect(typedValue("thumbs", true)).toBe("yes");
  });

  test("is a condition once nothing is missing", () => {
    const score = columnOf("scores");
    expect(conditionOf(score, { key: "", choice: "gt", typed: "1" })).toBeNull();
    expect(conditionOf(score, { key: "a", choice: "gt", typed: "" })).toBeNull();
    expect(conditionOf(score, { key: "a", choice: "gt", typed: "1" })).toEqual({
      field: "scores",
      key: "a",
      operator: "gt",
      value: 1,
    });
    expect(conditionOf(columnOf("cost"), { key: "", choice: "unknown", typed: "" })).toEqual({
      field: "cost",
      operator: "equals",
      value: "null",
    });
    expect(kindOf(score, "correct-hcone-bool")).toBe("yes-no");
  });
});
