/** What tables of segments say of their calls, number by number. */

import type { CallNumbers, CallSpread, Ranking } from "@/api";
import { compact, duration, money, percent, score } from "@/format/numbers";
import { errorRate, type Reading } from "../charts/catalogue";

export interface NumberColumn {
  key: string;
  title: string;
  /** What the API sorts by for it. */
  order?: Ranking;
  of: (numbers: CallNumbers) => Reading;
  write: (value: number) => string;
}

function quantile(
  key: string,
  title: string,
  of: (numbers: CallNumbers) => CallSpread,
  at: "p50" | "p95",
  order?: Ranking,
): NumberColumn {
  return {
    key,
    title,
    order,
    write: duration,
    of: (numbers) => ({ ...of(numbers)[at], n: of(numbers).n }),
  };
}

const latency = ({ latency_ms }: CallNumbers) => latency_ms;
const firstToken = ({ time_to_first_token_ms }: CallNumbers) => time_to_first_token_ms;

export const NUMBER_COLUMNS = {
  errors: { key: "errors", title: "Errors", order: "error_rate", of: errorRate.of, write: percent },
  latency_p50: quantile("latency_p50", "Latency p50", latency, "p50", "latency_p50"),
  latency_p95: quantile("latency_p95", "Latency p95", latency, "p95", "latency_p95"),
  first_token_p95: quantile("first_token_p95", "First token p95", firstToken, "p95", "time_to_first_token_p95"),
  cost: {
    key: "cost",
    title: "Cost",
    order: "cost",
    of: ({ cost }) => ({ value: cost.sum, n: cost.n }),
    write: money,
  },
  cost_mean: {
    key: "cost_mean",
    title: "Cost per request",
    of: ({ cost }) => ({ value: cost.mean, low: cost.low, high: cost.high, n: cost.n }),
    write: money,
  },
  price: {
    key: "price",
    title: "Per 1k tokens",
    of: ({ price }) => ({ value: price.usd_per_1k_tokens, n: price.n }),
    write: money,
  },
  tokens: {
    key: "tokens",
    title: "Tokens",
    order: "tokens",
    of: ({ tokens: { total } }) => ({ value: total.sum, n: total.n }),
    write: compact,
  },
  speed: {
    key: "speed",
    title: "Tokens/s",
    of: ({ speed }) => ({ value: speed.tokens_per_second, n: speed.n }),
    write: score,
  },
  users: {
    key: "users",
    title: "Users",
    order: "users",
    of: ({ users, n }) => ({ value: users.distinct, n: n - users.missing }),
    write: compact,
  },
} satisfies Record<string, NumberColumn>;
