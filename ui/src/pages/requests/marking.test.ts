import { describe, expect, test } from "vitest";
import { pieces, termsOf } from "./marking";

const marked = (text: string, search: string) =>
  pieces(text, termsOf(search))
    .filter((piece) => piece.marked)
    .map((piece) => piece.text);

describe("the words of a search", () => {
  test("are read as the server reads them", () => {
    expect(termsOf('refund "late delivery" invoic* * ""')).toEqual([
      { text: "refund", whole: true },
      { text: "late delivery", whole: false },
      { text: "invoic", whole: false },
    ]);
    expect(termsOf('"unclosed words')).toEqual([{ text: "unclosed words", whole: false }]);
    expect(termsOf("  ")).toEqual([]);
  });

  test("are marked whatever their case, whole words as such", () => {
    expect(marked("Refund the refunds, REFUND!", "refund")).toEqual(["Refund", "REFUND"]);
    expect(marked("invoices, Invoicing", "invoic*")).toEqual(["invoic", "Invoic"]);
    expect(marked("a late delivery", '"late deliv"')).toEqual(["late deliv"]);
    expect(marked("日本語です", "本")).toEqual(["本"]);
  });

  test("may hold what means something in a pattern", () => {
    expect(marked("cost (a.b) [x] $5 a+b? c-d \\", '"(a.b)" "[x]" $5 a+b? c-d \\')).toEqual([
      "(a.b)",
      "[x]",
      "$5",
      "a+b?",
      "c-d",
      "\\",
    ]);
  });

  test("leave the text whole", () => {
    const text = "One refund, two refunds.";
    expect(
      pieces(text, termsOf("refund two"))
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
    expect(pieces("", termsOf("x"))).toEqual([{ text: "", marked: false, at: 0 }]);
  });
});
