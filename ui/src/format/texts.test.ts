import { describe, expect, test } from "vitest";
import { oneLine, shown } from "./texts";

describe("texts of strangers", () => {
  test("stay as they are", () => {
    expect(shown("Où est <b>ma</b> commande ?\n\tהיכן")).toBe("Où est <b>ma</b> commande ?\n\tהיכן");
    expect(shown("two\r\nlines")).toBe("two\nlines");
  });

  test("hide nothing", () => {
    expect(shown("a\u0000b\u001bc\u007f")).toBe("a␀b␛c⟨U+007F⟩");
    expect(shown("evil\u202egpj.exe\u2066")).toBe("evil⟨U+202E⟩gpj.exe⟨U+2066⟩");
  });

  test("fit into one line", () => {
    expect(oneLine("  a\n\n b\tc ")).toBe("a b c");
  });
});
