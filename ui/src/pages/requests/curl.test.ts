import { describe, expect, test } from "vitest";
import { curlOf, gatewayOf, quoted } from "./curl";

const CALL = {
  provider: "OPENAI",
  target_url: "https://api.openai.com/v1/chat/completions",
  path: "/v1/chat/completions",
  user_id: null,
  session_id: null,
  session_name: null,
  session_path: null,
};

describe("a call as a command", () => {
  test("goes through the gateway to where it went", () => {
    expect(gatewayOf(CALL)).toEqual({ path: "/v1/gateway/oai/v1/chat/completions" });
    expect(gatewayOf({ ...CALL, provider: "ANTHROPIC", target_url: null, path: "/v1/messages" })).toEqual({
      path: "/v1/gateway/anthropic/v1/messages",
    });
    expect(gatewayOf({ ...CALL, provider: "CUSTOM", target_url: "https://llm.example/x?y=1" })).toEqual({
      path: "/v1/gateway/x?y=1",
      host: "https://llm.example",
    });
  });

  test("holds no key, and nothing of a stranger that a shell would run", () => {
    const said = curlOf(
      { ...CALL, user_id: "$(reboot) `x` \"y\" 'z'" },
      { messages: [{ content: "it's $HOME" }] },
      "https://here.example",
    );
    expect(said).toContain("curl 'https://here.example/v1/gateway/oai/v1/chat/completions'");
    expect(said).toContain('-H "Helicone-Auth: Bearer $HELICONE_API_KEY"');
    expect(said).toContain(`-H ${quoted("Helicone-User-Id: $(reboot) `x` \"y\" 'z'")}`);
    expect(said).toContain(`-d '{"messages":[{"content":"it'\\''s $HOME"}]}'`);
  });
});
