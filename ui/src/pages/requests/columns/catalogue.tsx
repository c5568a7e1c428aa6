/** Every column that the table of requests can have. */

import type { ReactNode } from "react";
import type { CallRecord, CallSortKey } from "@/api";
import type { Condition } from "@/data/filter";
import { filterName, SESSION_KEY } from "@/filter/vocabulary";
import { bytes, count, duration, money } from "@/format/numbers";
import { nameOf, written } from "../scores/values";
import { statusOf } from "../statuses";
import {
  CostCell,
  LatencyCell,
  MessagesCell,
  Name,
  Pair,
  Preview,
  ScoreCell,
  ScoresCell,
  type Shown,
  StatusBadge,
  TimeCell,
  TokensCell,
} from "./cells";
import { PROPERTY, SCORE } from "./choice";

export interface CallColumn {
  id: string;
  title: string;
  /** Its usual width in pixels; one that is elastic takes what is left over besides. */
  width: number;
  elastic?: boolean;
  align?: "end";
  sort?: CallSortKey;
  cell: (call: CallRecord, shown: Shown) => ReactNode;
  /** What "only these" asks for; null where the value is not known. */
  condition?: (call: CallRecord) => Condition | null;
  /** The value as it is copied. */
  text: (call: CallRecord) => string;
}

const equals = (field: string, value: string | number | null, key?: string): Condition | null =>
  value === null ? null : { field, ...(key === undefined ? {} : { key }), operator: "equals", value };

type Texts = "user_id" | "session_id" | "session_name" | "session_path" | "prompt_id" | "prompt_version" | "path";
type Numbers =
  | Exclude<CallSortKey, "created_at" | "status" | "model" | "provider" | "user_id">
  | "reasoning_tokens"
  | "prompt_cache_read_tokens"
  | "prompt_cache_write_tokens";

function textColumn(
  id: Texts | "request_id" | "country_code" | "referrer" | "target_url",
  title: string,
  filter?: string,
  key?: string,
): CallColumn {
  return {
    id,
    title,
    width: 150,
    cell: (call) => <Name>{call[id]}</Name>,
    condition: filter === undefined ? undefined : (call) => equals(filter, call[id], key),
    text: (call) => call[id] ?? "",
  };
}

function numberColumn(
  id: Numbers,
  title: string,
  write: (value: number | null) => string,
  more: Partial<CallColumn> & { filter?: string },
): CallColumn {
  const { filter, ...rest } = more;
  return {
    id,
    title,
    width: 88,
    align: "end",
    cell: (call) => write(call[id]),
    condition: filter === undefined ? undefined : (call) => equals(filter, call[id]),
    text: (call) => String(call[id] ?? ""),
    ...rest,
  };
}

export const COLUMNS: readonly CallColumn[] = [
  {
    id: "created_at",
    title: "Time",
    width: 86,
    sort: "created_at",
    cell: (call, { zone }) => <TimeCell at={call.created_at} zone={zone} />,
    text: (call) => call.created_at,
  },
  {
    id: "status",
    title: "Status",
    width: 142,
    sort: "status",
    cell: (call) => <StatusBadge call={call} />,
    condition: (call) => equals("status", call.status),
    text: (call) => `${statusOf(call).word} ${call.status}`,
  },
  {
    id: "model",
    title: "Model",
    width: 140,
    sort: "model",
    cell: (call) => <Pair main={<Name>{call.model}</Name>} below={<Name>{call.provider}</Name>} />,
    condition: (call) => equals("model", call.model),
    text: (call) => call.model,
  },
  {
    id: "provider",
    title: "Provider",
    width: 110,
    sort: "provider",
    cell: (call) => <Name>{call.provider}</Name>,
    condition: (call) => equals("provider", call.provider),
    text: (call) => call.provider,
  },
  {
    id: "messages",
    title: "Request and response",
    width: 200,
    elastic: true,
    cell: (call, { terms }) => <MessagesCell call={call} terms={terms} />,
    text: (call) => `${call.request_preview ?? ""}\n${call.response_preview ?? ""}`,
  },
  {
    id: "request_preview",
    title: "Request",
    width: 240,
    elastic: true,
    cell: (call, { terms }) => <Preview text={call.request_preview} terms={terms} />,
    text: (call) => call.request_preview ?? "",
  },
  {
    id: "response_preview",
    title: "Response",
    width: 240,
    elastic: true,
    cell: (call, { terms }) => <Preview text={call.response_preview} terms={terms} />,
    text: (call) => call.response_preview ?? "",
  },
  numberColumn("latency_ms", "Latency", duration, {
    sort: "latency_ms",
    width: 96,
    cell: (call) => <LatencyCell call={call} />,
  }),
  numberColumn("time_to_first_token_ms", "First token", duration, { sort: "time_to_first_token_ms" }),
  numberColumn("total_tokens", "Tokens", count, {
    sort: "total_tokens",
    width: 84,
    cell: (call) => <TokensCell call={call} />,
  }),
  numberColumn("prompt_tokens", "Prompt", count, { sort: "prompt_tokens", filter: "prompt_tokens" }),
  numberColumn("completion_tokens", "Completion", count, { sort: "completion_tokens", filter: "completion_tokens" }),
  numberColumn("reasoning_tokens", "Reasoning", count, {}),
  numberColumn("prompt_cache_read_tokens", "Cache read", count, { filter: "prompt_cache_read_tokens" }),
  numberColumn("prompt_cache_write_tokens", "Cache write", count, { filter: "prompt_cache_write_tokens" }),
  numberColumn("cost_usd", "Cost", money, { sort: "cost_usd", width: 100, cell: (call) => <CostCell call={call} /> }),
  {
    id: "user_id",
    title: "User",
    width: 98,
    sort: "user_id",
    cell: (call) => (
      <Pair main={<Name>{call.user_id}</Name>} below={call.session_id ? <Name>{call.session_id}</Name> : null} />
    ),
    condition: (call) => equals("user_id", call.user_id),
    text: (call) => call.user_id ?? "",
  },
  {
    id: "scores",
    title: "Scores",
    width: 220,
    cell: (call) => <ScoresCell scores={call.scores} />,
    text: (call) => call.scores.map((one) => `${one.name} ${written(one.kind, one.value ?? one.label)}`).join(", "),
  },
  textColumn("session_id", "Session", "properties", SESSION_KEY),
  textColumn("session_name", "Session name", "properties", "Helicone-Session-Name"),
  textColumn("session_path", "Session path", "properties", "Helicone-Session-Path"),
  textColumn("prompt_id", "Prompt", "prompt_id"),
  textColumn("prompt_version", "Prompt version", "prompt_version"),
  textColumn("request_id", "Request id", "request_id"),
  textColumn("path", "Path"),
  textColumn("target_url", "Upstream", "target_url"),
  textColumn("country_code", "Country", "country_code"),
  textColumn("referrer", "Referrer", "request_referrer"),
  {
    id: "size_bytes",
    title: "Size",
    width: 84,
    align: "end",
    cell: (call) => bytes(call.size_bytes),
    text: (call) => String(call.size_bytes),
  },
];

const KNOWN = new Map(COLUMNS.map((column) => [column.id, column]));

/** The column of an id; one for any score and any property. Null for what is no column. */
export function columnFor(id: string): CallColumn | null {
  if (id.startsWith(SCORE) && id !== SCORE) return scoreColumn(id, id.slice(SCORE.length));
  if (id.startsWith(PROPERTY) && id !== PROPERTY) return propertyColumn(id, id.slice(PROPERTY.length));
  return KNOWN.get(id) ?? null;
}

function scoreColumn(id: string, name: string): CallColumn {
  const of = (call: CallRecord) => call.scores.find((one) => one.name === name);
  return {
    id,
    title: nameOf(name),
    width: 112,
    align: "end",
    cell: (call) => <ScoreCell of={of(call)} />,
    condition: (call) => {
      const found = of(call);
      // A filter compares scores as numbers: what has none cannot be asked for.
      if (found?.value == null) return null;
      return equals("scores", Number(found.value), filterName(name, found.kind === "boolean"));
    },
    text: (call) => {
      const found = of(call);
      return found ? written(found.kind, found.value ?? found.label) : "";
    },
  };
}

function propertyColumn(id: string, name: string): CallColumn {
  return {
    id,
    title: name,
    width: 124,
    cell: (call) => <Name>{call.properties[name]}</Name>,
    condition: (call) => equals("properties", call.properties[name] ?? null, name),
    text: (call) => call.properties[name] ?? "",
  };
}

/** What a row can be narrowed to besides the cell that was pressed. */
export const NARROWING: readonly string[] = ["model", "status", "user_id", "session_id"];
