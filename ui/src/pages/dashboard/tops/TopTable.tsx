import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { CallBreakdown, CallSegment, Ranking } from "@/api";
import { breakDownCallsOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, type Column, Explained, Panel, Table } from "@/design";
import { compact, count, duration, interval, money, percent } from "@/format/numbers";
import { shown } from "@/format/texts";
import { conditionOf, DIMENSIONS, dimensionName, valueName } from "../dimensions";
import { requestsOf, type Scope, useAsked } from "../scope";
import css from "./tops.module.css";

interface TopTableProps {
  title: ReactNode;
  /** What the table is of, for those who cannot see its title. */
  label: string;
  dimension: string;
  scope: Scope;
  order: Ranking;
  onOrder: (order: Ranking) => void;
  /** Where a value leads; without it nowhere but to its requests. */
  link?: (value: string, text: string) => ReactNode;
  actions?: ReactNode;
  /** What is said where no call has a value; without it nothing at all, not even the table. */
  nothing?: string;
}

const TOP = 8;

/** The largest segments of a dimension: how many requests, which part fails, what they cost, how long they take. */
export function TopTable(props: TopTableProps) {
  const { title, label, dimension, scope, order, onOrder, link, actions, nothing } = props;
  const asked = useAsked(scope);
  const found = useQuery({
    ...breakDownCallsOptions({ body: { ...asked, by: [dimension], top: TOP, order } }),
    placeholderData: (before) => before,
  });
  const told = found.data?.data;
  const isEmpty = told?.segments.every(({ values: [value] }) => value === "") ?? false;
  if (isEmpty && nothing === undefined) return null;
  const note = told && told.count > told.segments.length ? `${told.segments.length} of ${count(told.count)}` : null;
  return (
    <Panel title={title} note={note} actions={actions} flush>
      <Answered query={found} height="16rem">
        {({ data }) =>
          isEmpty ? (
            <p className={css.nothing}>{data.total.n === 0 ? "No requests in this time." : nothing}</p>
          ) : (
            <Table
              label={label}
              rows={data.segments}
              keyOf={({ values: [value] }) => value ?? ""}
              columns={columnsOf(dimension, data, scope, link)}
              order={{ key: order, ascending: false }}
              onOrder={({ key }) => onOrder(key as Ranking)}
            />
          )
        }
      </Answered>
    </Panel>
  );
}

function columnsOf(
  dimension: string,
  { segments }: CallBreakdown,
  scope: Scope,
  link: TopTableProps["link"],
): Column<CallSegment>[] {
  const most = Math.max(...segments.map(({ n }) => n), 1);
  return [
    {
      key: "value",
      title: dimensionTitle(dimension),
      cell: ({ values: [value = ""] }) => {
        const text = shown(valueName(value, dimension));
        return <bdi className={css.value}>{value !== "" && link ? link(value, text) : text}</bdi>;
      },
    },
    {
      key: "n",
      title: "Requests",
      align: "end",
      sortable: true,
      cell: ({ values: [value = ""], n }) => (
        <Bar share={n / most} search={requestsOf(scope, [conditionOf(dimension, value)])} n={n} />
      ),
    },
    {
      key: "error_rate",
      title: "Errors",
      align: "end",
      sortable: true,
      cell: ({ errors }) => (
        <Explained
          by={`${count(errors.count)} of ${count(errors.of)} failed; 95 % interval ${interval(errors.low, errors.high, percent)}.`}
        >
          {percent(errors.rate)}
        </Explained>
      ),
    },
    {
      key: "cost",
      title: "Cost",
      align: "end",
      sortable: true,
      cell: ({ cost }) => (
        <Explained by={`Known of ${count(cost.n)} requests; of ${count(cost.missing)} it is not.`}>
          {money(cost.sum)}
        </Explained>
      ),
    },
    {
      key: "latency_p95",
      title: "p95",
      align: "end",
      sortable: true,
      cell: ({ latency_ms: { p95, n } }) => (
        <Explained by={`95 % interval ${interval(p95.low, p95.high, duration)}, n ${count(n)}.`}>
          {duration(p95.value)}
        </Explained>
      ),
    },
  ];
}

function dimensionTitle(dimension: string): string {
  const name = shown(dimensionName(dimension));
  return dimension in DIMENSIONS ? `${name.charAt(0).toUpperCase()}${name.slice(1)}` : "Value";
}

function Bar({ share, n, search }: { share: number; n: number; search: ReturnType<typeof requestsOf> }) {
  return (
    <span className={css.bar}>
      <span className={css.lane} aria-hidden>
        <span className={css.fill} style={{ inlineSize: `${share * 100}%` }} />
      </span>
      {search ? (
        <Link to="/requests" search={search} title="See these requests">
          {compact(n)}
        </Link>
      ) : (
        compact(n)
      )}
    </span>
  );
}
