import { describe, expect, test } from "vitest";
import { PLACEHOLDER, scoreSnippet, snippetsFor } from "./snippets";

describe("snippets", () => {
  test("hold the address of the server and the key, and nothing else of either", () => {
    const snippets = snippetsFor("https://here.example:8585", "sk-helicone-abc");
    expect(snippets.map((one) => one.id)).toEqual(["python", "anthropic", "node", "curl", "langchain", "ai-sdk"]);
    for (const { code } of snippets) {
      expect(code).toMatch(/https:\/\/here\.example:8585\/v1\/gateway\/(oai\/v1|anthropic)\b/);
      expect(code).toContain("sk-helicone-abc");
      expect(code).not.toContain(PLACEHOLDER);
    }
  });

  test("score any id", () => {
    expect(scoreSnippet("http://x", "k", "a/b c")).toContain("http://x/v1/request/a%2Fb%20c/score");
  });
});
