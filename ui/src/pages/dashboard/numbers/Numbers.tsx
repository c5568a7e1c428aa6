import { Link } from "@tanstack/react-router";
import type { CSSProperties, ReactNode } from "react";
import type { CallNumbers, CallSpread } from "@/api";
import { Explained } from "@/design";
import { compact, count, duration, interval, money, percent } from "@/format/numbers";
import { errorRate, type Reading } from "../charts/catalogue";
import { isOfOneUser, type RequestsLink, requestsOf, type Scope } from "../scope";
import { Changed } from "./Changed";
import css from "./numbers.module.css";

interface NumbersProps {
  now: CallNumbers;
  before: CallNumbers | null;
  scope: Scope;
}

/** The big numbers: each with what says how far to trust it, and how it stood in the window before. */
export function Numbers({ now, before, scope }: NumbersProps) {
  const tiles = isOfOneUser(scope) ? TILES.filter(({ to }) => to !== "users") : TILES;
  return (
    <section className={css.numbers} aria-label="In all" style={{ "--tiles": tiles.length } as CSSProperties}>
      {tiles.map((tile) => (
        <div key={tile.label} className={css.tile}>
          <span className={css.label}>
            <Label tile={tile} scope={scope} />
          </span>
          <span className={css.value}>
            <Explained by={tile.explain(now)}>{tile.write(tile.of(now).value)}</Explained>
          </span>
          <span className={css.sub}>{tile.sub(now)}</span>
          <Changed
            now={tile.of(now)}
            before={before && tile.of(before)}
            write={tile.write}
            relative={tile.relative}
            worse={tile.worse}
          />
        </div>
      ))}
    </section>
  );
}

interface Tile {
  label: string;
  of: (numbers: CallNumbers) => Reading;
  write: (value: number | null) => string;
  /** What stands under the number: its interval, or what is missing. */
  sub: (numbers: CallNumbers) => ReactNode;
  explain: (numbers: CallNumbers) => string;
  relative?: boolean;
  worse?: "up";
  to?: "requests" | "failed" | "users" | "sessions";
}

function Label({ tile, scope }: { tile: Tile; scope: Scope }) {
  const search = linkOf(tile, scope);
  if (tile.to === "users") {
    return (
      <Link to="/users" search={{ filter: scope.filter }}>
        {tile.label}
      </Link>
    );
  }
  if (tile.to === "sessions") {
    return (
      <Link to="/sessions" search={{ filter: requestsOf(scope, [])?.filter }}>
        {tile.label}
      </Link>
    );
  }
  if (!search) return tile.label;
  return (
    <Link to="/requests" search={search}>
      {tile.label}
    </Link>
  );
}

function linkOf({ to }: Tile, scope: Scope): RequestsLink | null {
  if (to === "requests") return requestsOf(scope, []);
  return to === "failed" && errorRate.condition ? requestsOf(scope, [errorRate.condition]) : null;
}

/** Of how many requests something is known. */
const known = (n: number, of: number) => `n ${amount(n)}${n === of ? "" : ` of ${amount(of)}`}`;

function quantileTile(label: string, spread: (numbers: CallNumbers) => CallSpread): Tile {
  return {
    label,
    worse: "up",
    write: duration,
    of: (numbers) => {
      const { p50, n } = spread(numbers);
      return { value: p50.value, low: p50.low, high: p50.high, n };
    },
    sub: (numbers) => `p95 ${duration(spread(numbers).p95.value)} · n ${amount(spread(numbers).n)}`,
    explain: (numbers) => {
      const { n, missing, mean, ...quantiles } = spread(numbers);
      const lines = Object.entries(quantiles).map(
        ([name, { value, low, high }]) => `${name} ${duration(value)} (${interval(low, high, duration)})`,
      );
      return [
        `Half of ${count(n)} calls took at most as long; of ${count(missing)} it is not known.`,
        ...lines,
        `mean ${duration(mean)}`,
        "Intervals of 95 %, for independent calls.",
      ].join("\n");
    },
  };
}

const TILES: readonly Tile[] = [
  {
    label: "Requests",
    to: "requests",
    write: amount,
    of: ({ n }) => ({ value: n, n }),
    sub: ({ streamed }) => `${percent(streamed.rate)} streamed`,
    explain: ({ n, cancelled }) => `${count(n)} requests, of which their caller left ${count(cancelled.count)}.`,
  },
  {
    label: "Errors",
    to: "failed",
    relative: false,
    worse: "up",
    write: percent,
    of: errorRate.of,
    sub: ({ errors }) => `${interval(errors.low, errors.high, bare)} % · n ${amount(errors.of)}`,
    explain: ({ errors, cancelled }) =>
      [
        `${count(errors.count)} of ${count(errors.of)} requests failed.`,
        `The interval is of 95 %: ${interval(errors.low, errors.high, percent)}. Method: Wilson’s, for independent calls.`,
        `${count(cancelled.count)} that their caller left count as neither.`,
      ].join("\n"),
  },
  {
    label: "Cost",
    write: money,
    of: ({ cost }) => ({ value: cost.sum, n: cost.n }),
    sub: ({ cost, n }) => known(cost.n, n),
    explain: ({ cost, price }) =>
      [
        `Of ${count(cost.n)} requests the cost is known, of ${count(cost.missing)} it is not: those are not in the sum.`,
        `Per request ${money(cost.mean)} (${interval(cost.low, cost.high, money)}).`,
        `Per 1,000 tokens ${money(price.usd_per_1k_tokens)}, n ${count(price.n)}.`,
      ].join("\n"),
  },
  {
    label: "Tokens",
    write: amount,
    of: ({ tokens }) => ({ value: tokens.total.sum, n: tokens.total.n }),
    sub: ({ tokens, n }) => known(tokens.total.n, n),
    explain: ({ tokens: { total, ...parts }, cache }) =>
      [
        `Of ${count(total.n)} requests the tokens are known, of ${count(total.missing)} they are not.`,
        ...Object.entries(parts).map(([name, { sum, n }]) => `${name.replace("_", " ")} ${count(sum)}, n ${count(n)}`),
        `Of the prompts ${percent(cache.share)} came from a cache, n ${count(cache.n)}.`,
      ].join("\n"),
  },
  quantileTile("Latency, p50", ({ latency_ms }) => latency_ms),
  quantileTile("First token, p50", ({ time_to_first_token_ms }) => time_to_first_token_ms),
  {
    label: "Users",
    to: "users",
    write: amount,
    of: ({ users, n }) => ({ value: users.distinct, n: n - users.missing }),
    sub: ({ users, n }) => known(n - users.missing, n),
    explain: ({ users, n }) =>
      `${count(users.distinct)} different users are named by ${count(n - users.missing)} requests.`,
  },
  {
    label: "Sessions",
    to: "sessions",
    write: amount,
    of: ({ sessions, n }) => ({ value: sessions.distinct, n: n - sessions.missing }),
    sub: ({ sessions, n }) => known(n - sessions.missing, n),
    explain: ({ sessions, n }) =>
      `${count(sessions.distinct)} different sessions are named by ${count(n - sessions.missing)} requests.`,
  },
];

/** A number of things: in full while there is room. */
function amount(value: number | null): string {
  return value !== null && value < ROOM ? count(value) : compact(value);
}

const ROOM = 100_000;

/** A share in percent without its sign, where one stands behind both ends. */
function bare(share: number | null): string {
  return percent(share).replace(" %", "");
}
