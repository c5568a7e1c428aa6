/** The columns of the list of users. */

import { Link } from "@tanstack/react-router";
import type { CallRate, UserMetrics } from "@/api";
import { Datum } from "@/charts/Values";
import { type Column, Moment } from "@/design";
import { compact, count, money, percent } from "@/format/numbers";
import { shown } from "@/format/texts";
import { conditionOf } from "@/pages/dashboard/dimensions";
import { Figure } from "@/pages/dashboard/segments/Figure";
import css from "@/pages/dashboard/segments/segments.module.css";
import { shortInterval } from "@/pages/dashboard/segments/shortInterval";
import type { UserSortKey } from "./search";

type UserColumn = Column<UserMetrics> & { key: UserSortKey | "sessions" };

export const COLUMNS: readonly UserColumn[] = [
  { key: "user_id", title: "User", sortable: true, cell: ({ user_id }) => <UserName id={user_id} /> },
  {
    ...number("total_requests", "Requests"),
    cell: ({ user_id, total_requests: n }) => <Requests id={user_id} n={n} />,
  },
  {
    ...number("total_errors", "Errors"),
    cell: ({ errors, total_requests }) => <Failures errors={errors} of={total_requests} />,
  },
  {
    ...number("cost", "Cost"),
    cell: ({ cost, cost_n, total_requests }) => (
      <Figure reading={{ value: cost, n: cost_n }} write={money} of={total_requests} />
    ),
  },
  {
    ...number("total_prompt_tokens", "Prompt tokens"),
    cell: ({ total_prompt_tokens: value, tokens_n: n, total_requests }) => (
      <Figure reading={{ value, n }} write={compact} of={total_requests} />
    ),
  },
  {
    ...number("total_completion_tokens", "Completion tokens"),
    cell: ({ total_completion_tokens: value, tokens_n: n, total_requests }) => (
      <Figure reading={{ value, n }} write={compact} of={total_requests} />
    ),
  },
  {
    key: "sessions",
    title: "Sessions",
    align: "end",
    cell: ({ total_sessions }) => <Datum value={total_sessions} write={count} />,
  },
  { ...number("active_for", "Active days"), cell: ({ active_for }) => <Datum value={active_for} write={count} /> },
  { ...number("first_active", "First seen"), cell: ({ first_active }) => <Moment at={first_active} /> },
  { ...number("last_active", "Last seen"), cell: ({ last_active }) => <Moment at={last_active} relative /> },
];

function number(key: UserSortKey, title: string) {
  return { key, title, align: "end" as const, sortable: true };
}

function UserName({ id }: { id: string }) {
  return (
    <Link to="/users/$userId" params={{ userId: id }} className={css.name} title={shown(id)}>
      <bdi>{shown(id)}</bdi>
    </Link>
  );
}

/** The requests of a user, all of them: a filter of the page takes users, not some of their requests. */
function Requests({ id, n }: { id: string; n: number }) {
  return (
    <Link
      to="/requests"
      search={{ filter: { match: "all", conditions: [conditionOf("user_id", id)] } }}
      title="See these requests"
    >
      <Datum value={n} write={count} />
    </Link>
  );
}

/** How many failed, which share that is of those that were not cancelled, and how sure. */
function Failures({ errors: { count: failed, rate, low, high, of: n }, of }: { errors: CallRate; of: number }) {
  return (
    <span className={css.figure}>
      <Datum value={failed} write={count} />
      {rate !== null && low !== null && high !== null && (
        <small>
          {percent(rate)} ({shortInterval(low, high, percent)})
        </small>
      )}
      {n !== of && <small>n {count(n)}</small>}
    </span>
  );
}
