import { describe, expect, test } from "vitest";
import { blocksOf, jsonOf } from "./split";

const cut = (text: string) => blocksOf(text).map(({ kind, text: said, language }) => [kind, language, said]);

describe("a text cut into prose and code", () => {
  test("recognises fences and what they say they are", () => {
    expect(cut("Look:\n```python\nprint(1)\n\n```\nand\n~~~\nx\n~~~")).toEqual([
      ["text", "", "Look:"],
      ["code", "python", "print(1)\n"],
      ["text", "", "and"],
      ["code", "", "x"],
    ]);
  });

  test("leaves the rest of Markdown, and of HTML, as it is", () => {
    expect(cut("**bold** `code` <b>x</b> [a](javascript:alert(1))")).toEqual([
      ["text", "", "**bold** `code` <b>x</b> [a](javascript:alert(1))"],
    ]);
  });

  test("holds a shorter fence within a longer one, and one that never closes", () => {
    expect(cut("````md\n```\nx\n```\n````")).toEqual([["code", "md", "```\nx\n```"]]);
    expect(cut("a\n```js\ncut off")).toEqual([
      ["text", "", "a"],
      ["code", "js", "cut off"],
    ]);
  });

  test("has a place for every block", () => {
    const text = "one\n```\ntwo\n```\nthree";
    expect(new Set(blocksOf(text).map((block) => block.at)).size).toBe(3);
    expect(blocksOf("")).toEqual([]);
  });
});

describe("a text that is JSON", () => {
  test("is recognised as a whole, and only then", () => {
    expect(jsonOf(' {"a": [1]} ')).toEqual({ a: [1] });
    expect(jsonOf("{broken")).toBeUndefined();
    expect(jsonOf("12")).toBeUndefined();
    expect(jsonOf('{"a": 1} and more')).toBeUndefined();
  });
});
