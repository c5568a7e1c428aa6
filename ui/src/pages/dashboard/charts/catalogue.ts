/** The charts of calls: what each draws of the API's numbers, whole and where it is split. */

import type { CallNumbers, QuantileValue, TokenAmount } from "@/api";
import type { Ink } from "@/charts/colors";
import type { Condition } from "@/data/filter";
import { compact, duration, money, percent } from "@/format/numbers";

/** One of the API's numbers with what says how far to trust it. */
export interface Reading {
  value: number | null;
  low?: number | null;
  high?: number | null;
  /** How many calls stand behind it. */
  n: number;
}

export interface Part {
  label: string;
  ink: Ink;
  of: (numbers: CallNumbers) => Reading;
  /** What holds of the calls of this part alone. */
  condition?: Condition;
  /** False where the number is one of calls: then n says nothing more. */
  counted?: boolean;
  /** Whether its interval is drawn. */
  band?: boolean;
}

export interface CallChartKind {
  id: string;
  title: string;
  /** Where the chart is split, a line says this of each value; the title then names it. */
  whole: Part & { title?: string };
  parts: readonly Part[];
  write: (value: number | null) => string;
  /** Bars that stand on one another: what adds up. Split, it stays so only where the values of a split add up, too. */
  bars?: boolean;
  additive?: boolean;
}

const amount =
  (of: (numbers: CallNumbers) => TokenAmount) =>
  (numbers: CallNumbers): Reading => {
    const { sum, n } = of(numbers);
    return { value: sum, n };
  };

const spread =
  (of: "latency_ms" | "time_to_first_token_ms", at: "p50" | "p90" | "p95" | "p99") =>
  (numbers: CallNumbers): Reading => {
    const quantile: QuantileValue = numbers[of][at];
    return { value: quantile.value, low: quantile.low, high: quantile.high, n: numbers[of].n };
  };

const quantiles = (of: "latency_ms" | "time_to_first_token_ms"): Part[] => [
  { label: "p50", ink: "series-1", of: spread(of, "p50") },
  { label: "p90", ink: "series-3", of: spread(of, "p90") },
  { label: "p99", ink: "series-2", of: spread(of, "p99") },
];

const failed = (word: "yes" | "no" | "cancelled"): Condition => ({ field: "error", operator: "equals", value: word });

/** Users are told apart among the requests that name one. */
const named = ({ users, n }: CallNumbers): Reading => ({ value: users.distinct, n: n - users.missing });

export const errorRate: Part = {
  label: "error rate",
  ink: "bad",
  band: true,
  condition: failed("yes"),
  of: ({ errors }) => ({ value: errors.rate, low: errors.low, high: errors.high, n: errors.of }),
};

export const REQUESTS: CallChartKind = {
  id: "requests",
  title: "Requests",
  write: compact,
  bars: true,
  additive: true,
  whole: { label: "requests", ink: "series-1", counted: false, of: ({ n }) => ({ value: n, n }) },
  // Failures stand on the ground, where they can be compared.
  parts: [
    {
      label: "failed",
      ink: "bad",
      counted: false,
      condition: failed("yes"),
      of: ({ errors, n }) => ({ value: errors.count, n }),
    },
    {
      label: "cancelled",
      ink: "warn",
      counted: false,
      condition: failed("cancelled"),
      of: ({ cancelled, n }) => ({ value: cancelled.count, n }),
    },
    {
      label: "succeeded",
      ink: "series-1",
      counted: false,
      condition: failed("no"),
      of: ({ errors, n }) => ({ value: errors.of - errors.count, n }),
    },
  ],
};

export const CHARTS: readonly CallChartKind[] = [
  { id: "errors", title: "Error rate", write: percent, whole: errorRate, parts: [errorRate] },
  {
    id: "cost",
    title: "Cost",
    write: money,
    bars: true,
    additive: true,
    whole: { label: "cost", ink: "series-3", of: ({ cost }) => ({ value: cost.sum, n: cost.n }) },
    parts: [{ label: "cost", ink: "series-3", of: ({ cost }) => ({ value: cost.sum, n: cost.n }) }],
  },
  {
    id: "tokens",
    title: "Tokens",
    write: compact,
    bars: true,
    additive: true,
    whole: { label: "tokens", ink: "series-1", of: amount(({ tokens }) => tokens.total) },
    parts: [
      { label: "prompt", ink: "series-1", of: amount(({ tokens }) => tokens.prompt) },
      { label: "from cache", ink: "series-6", of: amount(({ tokens }) => tokens.cache_read) },
      { label: "to cache", ink: "series-5", of: amount(({ tokens }) => tokens.cache_write) },
      { label: "completion", ink: "series-3", of: amount(({ tokens }) => tokens.completion) },
      { label: "reasoning", ink: "series-4", of: amount(({ tokens }) => tokens.reasoning) },
    ],
  },
  {
    id: "latency",
    title: "Latency",
    write: duration,
    whole: { label: "p95", title: "Latency, p95", ink: "series-1", of: spread("latency_ms", "p95") },
    parts: quantiles("latency_ms"),
  },
  {
    id: "first-token",
    title: "Time to first token",
    write: duration,
    whole: {
      label: "p95",
      title: "Time to first token, p95",
      ink: "series-1",
      of: spread("time_to_first_token_ms", "p95"),
    },
    parts: quantiles("time_to_first_token_ms"),
  },
  {
    id: "users",
    title: "Users",
    write: compact,
    bars: true,
    whole: { label: "users", ink: "series-7", of: named },
    parts: [{ label: "users", ink: "series-7", of: named }],
  },
];
