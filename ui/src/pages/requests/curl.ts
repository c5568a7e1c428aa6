/** A call as a command that makes it again. */

import type { CallRecord } from "@/api";
import { getRequestById } from "@/api";
import { copy, tell } from "@/design";

/** The path of the gateway that leads where a call went, and the host to name where the path does not say it. */
export function gatewayOf(call: Pick<CallRecord, "provider" | "target_url" | "path">): { path: string; host?: string } {
  const target = call.target_url && URL.canParse(call.target_url) ? new URL(call.target_url) : null;
  const path = target ? target.pathname + target.search : (call.path ?? "/");
  if (call.provider === "OPENAI") return { path: `/v1/gateway/oai${path}` };
  if (call.provider === "ANTHROPIC") return { path: `/v1/gateway/anthropic${path}` };
  if (call.provider === "GOOGLE") return { path: `/v1/gateway/google${path}` };
  return { path: `/v1/gateway${path}`, host: target?.origin };
}

/** A text as a shell takes it literally. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export function curlOf(
  call: Pick<
    CallRecord,
    "provider" | "target_url" | "path" | "user_id" | "session_id" | "session_name" | "session_path"
  >,
  body: unknown,
  origin: string,
): string {
  const { path, host } = gatewayOf(call);
  const anthropic = call.provider === "ANTHROPIC";
  const headers = [
    ["Helicone-Auth", "Bearer $HELICONE_API_KEY"],
    anthropic ? ["x-api-key", "$ANTHROPIC_API_KEY"] : ["Authorization", "Bearer $PROVIDER_API_KEY"],
    anthropic ? ["anthropic-version", "2023-06-01"] : null,
    host ? ["Helicone-Target-Url", host] : null,
    ["Content-Type", "application/json"],
  ].filter((header) => header !== null);
  const own = [
    ["Helicone-User-Id", call.user_id],
    ["Helicone-Session-Id", call.session_id],
    ["Helicone-Session-Name", call.session_name],
    ["Helicone-Session-Path", call.session_path],
  ].filter(([, value]) => value);
  return [
    `curl ${quoted(origin + path)}`,
    // In double quotes, for the keys that the shell fills in; what strangers named stands in single ones.
    ...headers.map(([name, value]) => `  -H "${name}: ${value}"`),
    ...own.map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)}`),
    `  -d ${quoted(typeof body === "string" ? body : JSON.stringify(body))}`,
  ].join(" \\\n");
}

/** Puts the command for a call on the clipboard; a call whose body was not kept has none. */
export async function copyCurl(call: CallRecord): Promise<void> {
  try {
    const { data } = await getRequestById({
      path: { request_id: call.request_id },
      query: { includeBody: true, at: call.created_at },
      throwOnError: true,
    });
    const body = data.data.request_body;
    if (body == null) throw new Error("The request's body was not kept, so there is no command that makes it again.");
    await copy(curlOf(call, body, window.location.origin));
    tell.done("The command is copied; it reads the keys from the environment.");
  } catch (error) {
    tell.problem(error);
  }
}
