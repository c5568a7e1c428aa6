import type { ReactNode } from "react";
import type { CallNumbers, Ranking } from "@/api";
import { type Column, Table } from "@/design";
import type { RequestsLink } from "../scope";
import type { NumberColumn } from "./columns";
import { Figure } from "./Figure";
import { Size } from "./Size";
import css from "./segments.module.css";

export interface SegmentRow {
  key: string;
  name: ReactNode;
  numbers: CallNumbers;
  /** Where its requests are; null where no address can say it. */
  requests: RequestsLink | null;
  /** What the row is, where it is no segment: all that are not on the page, or all there are. */
  kind?: "rest" | "total";
}

interface SegmentTableProps {
  label: string;
  /** What the rows are, at the head of their names. */
  title: string;
  rows: readonly SegmentRow[];
  columns: readonly NumberColumn[];
  /** Columns of other numbers than those of calls. */
  more?: readonly Column<SegmentRow>[];
  total: number;
  order: Ranking;
  onOrder: (order: Ranking) => void;
}

/** Segments under one another with their numbers, then the rest as one, then all. */
export function SegmentTable({ label, title, rows, columns, more = [], total, order, onOrder }: SegmentTableProps) {
  const most = Math.max(...rows.map(({ kind, numbers }) => (kind === "total" ? 0 : numbers.n)));
  const sorted = columns.find((column) => column.order === order)?.key ?? "n";
  return (
    <div className={css.table}>
      <Table<SegmentRow>
        label={label}
        rows={rows}
        keyOf={({ key }) => key}
        order={{ key: sorted, ascending: false }}
        onOrder={({ key }) => onOrder(columns.find((column) => column.key === key)?.order ?? "n")}
        columns={[
          { key: "name", title, cell: ({ name, kind }) => <NameCell name={name} kind={kind} /> },
          {
            key: "n",
            title: "Requests",
            align: "end",
            sortable: true,
            cell: ({ numbers, requests }) => <Size n={numbers.n} of={total} most={most} requests={requests} />,
          },
          ...columns.map(columnOf),
          ...more,
        ]}
      />
    </div>
  );
}

function columnOf({ key, title, order, of, write }: NumberColumn): Column<SegmentRow> {
  return {
    key,
    title,
    align: "end",
    sortable: order !== undefined,
    cell: ({ numbers }) => <Figure reading={of(numbers)} write={write} of={numbers.n} />,
  };
}

function NameCell({ name, kind }: Pick<SegmentRow, "name" | "kind">) {
  return (
    <span className={css.name} data-kind={kind}>
      {name}
    </span>
  );
}
