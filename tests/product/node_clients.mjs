// The npm packages as their users write them: what each call records is checked by test_node_clients.py.
import { HeliconeManualLogger } from "@helicone/helpers";
import OpenAI from "openai";

const { base, key, provider, ids } = JSON.parse(process.env.GIVEN);
const request = { model: "gpt-4o-mini", messages: [{ role: "user", content: "one two three four" }] };
const headers = (id) => ({ "Helicone-Request-Id": id, "Helicone-User-Id": "user-7", "Helicone-Property-Env": "node" });

const gateway = new OpenAI({
  apiKey: "sk-fake",
  baseURL: `${base}/v1/gateway/oai/v1`,
  defaultHeaders: { "Helicone-Auth": `Bearer ${key}` },
  maxRetries: 0,
});
const { data, response } = await gateway.chat.completions
  .create(request, { headers: headers(ids.gateway) })
  .withResponse();
const chunks = await gateway.chat.completions.create(
  { ...request, stream: true, stream_options: { include_usage: true } },
  { headers: headers(ids.stream) },
);
let streamed = "";
for await (const chunk of chunks) streamed += chunk.choices[0]?.delta?.content ?? "";

const direct = new OpenAI({ apiKey: "sk-fake", baseURL: `${provider}/v1`, maxRetries: 0 });
const logger = new HeliconeManualLogger({ apiKey: key, loggingEndpoint: `${base}/custom/v1/log` });
await logger.logRequest(
  request,
  async (recorder) => recorder.appendResults(await direct.chat.completions.create(request)),
  headers(ids.logged),
  "openai",
);
const told = await direct.chat.completions.create({ ...request, stream: true, stream_options: { include_usage: true } });
await logger.logSingleStream({ ...request, stream: true }, told.toReadableStream(), headers(ids.loggedStream));

const score = await fetch(`${base}/v1/request/${ids.logged}/score`, {
  method: "POST",
  headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
  body: JSON.stringify({ scores: { accuracy: 0.92 } }),
});
console.log(
  JSON.stringify({
    said: data.choices[0].message.content,
    id: response.headers.get("helicone-id"),
    streamed,
    score: await score.json(),
  }),
);
