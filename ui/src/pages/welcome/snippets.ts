/** How a first call is sent, from each of the usual clients; with the address of this server and a key. */

export interface Snippet {
  id: string;
  label: string;
  /** What has to be installed for it. */
  install?: string;
  code: string;
}

/** What stands where the reader has to put in a key of their own. */
export const PLACEHOLDER = "sk-helicone-…";

export function snippetsFor(base: string, key: string): Snippet[] {
  const openai = `${base}/v1/gateway/oai/v1`;
  const anthropic = `${base}/v1/gateway/anthropic`;
  return [
    {
      id: "python",
      label: "Python",
      install: "pip install openai",
      code: `from openai import OpenAI

client = OpenAI(
    base_url="${openai}",
    default_headers={"Helicone-Auth": "Bearer ${key}"},
)
answer = client.chat.completions.create(
    model="gpt-4o-mini",
    messages=[{"role": "user", "content": "Which instrument records earthquakes?"}],
)
print(answer.choices[0].message.content)`,
    },
    {
      id: "anthropic",
      label: "Anthropic",
      install: "pip install anthropic",
      code: `from anthropic import Anthropic

client = Anthropic(
    base_url="${anthropic}",
    default_headers={"Helicone-Auth": "Bearer ${key}"},
)
answer = client.messages.create(
    model="claude-haiku-4-5",
    max_tokens=256,
    messages=[{"role": "user", "content": "Which instrument records earthquakes?"}],
)
print(answer.content[0].text)`,
    },
    {
      id: "node",
      label: "Node",
      install: "npm install openai",
      code: `import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "${openai}",
  defaultHeaders: { "Helicone-Auth": "Bearer ${key}" },
});
const answer = await client.chat.completions.create({
  model: "gpt-4o-mini",
  messages: [{ role: "user", content: "Which instrument records earthquakes?" }],
});
console.log(answer.choices[0].message.content);`,
    },
    {
      id: "curl",
      label: "curl",
      code: `curl -i ${openai}/chat/completions \\
  -H "Helicone-Auth: Bearer ${key}" \\
  -H "Authorization: Bearer $OPENAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "gpt-4o-mini",
       "messages": [{"role": "user", "content": "Which instrument records earthquakes?"}]}'`,
    },
    {
      id: "langchain",
      label: "LangChain",
      install: "pip install langchain-openai",
      code: `from langchain_openai import ChatOpenAI

model = ChatOpenAI(
    model="gpt-4o-mini",
    base_url="${openai}",
    default_headers={"Helicone-Auth": "Bearer ${key}"},
)
print(model.invoke("Which instrument records earthquakes?").content)`,
    },
    {
      id: "ai-sdk",
      label: "Vercel AI SDK",
      install: "npm install ai @ai-sdk/openai",
      code: `import { createOpenAI } from "@ai-sdk/openai";
import { generateText } from "ai";

const openai = createOpenAI({
  baseURL: "${openai}",
  headers: { "Helicone-Auth": "Bearer ${key}" },
});
const { text } = await generateText({
  model: openai("gpt-4o-mini"),
  prompt: "Which instrument records earthquakes?",
});
console.log(text);`,
    },
  ];
}

/** Helicone's request that scores a call. */
export function scoreSnippet(base: string, key: string, requestId: string): string {
  return `curl ${base}/v1/request/${encodeURIComponent(requestId)}/score \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"scores": {"helpfulness": 0.9, "correct": true}}'`;
}
