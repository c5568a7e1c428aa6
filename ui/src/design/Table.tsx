import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import css from "./surfaces.module.css";

export interface Column<Row> {
  key: string;
  title: ReactNode;
  cell: (row: Row) => ReactNode;
  align?: "end";
  /** Whether the server can sort by it. */
  sortable?: boolean;
}

export interface Order {
  key: string;
  ascending: boolean;
}

/** A short table, whole. Long ones are virtualised where they stand. */
export function Table<Row>(props: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  order?: Order | null;
  onOrder?: (order: Order) => void;
}) {
  const { label, columns, rows, keyOf, order = null, onOrder } = props;
  return (
    <div className={css.scroller}>
      <table className={css.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} data-align={column.align} aria-sort={ariaSort(column, order)} scope="col">
                {column.sortable && onOrder ? <Sorter column={column} order={order} onOrder={onOrder} /> : column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.key} data-align={column.align}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ariaSort<Row>(column: Column<Row>, order: Order | null) {
  if (!column.sortable) return undefined;
  if (order?.key !== column.key) return "none";
  return order.ascending ? "ascending" : "descending";
}

function Sorter<Row>(props: { column: Column<Row>; order: Order | null; onOrder: (order: Order) => void }) {
  const { column, order, onOrder } = props;
  const active = order?.key === column.key;
  return (
    <button
      type="button"
      className={css.sorter}
      onClick={() => onOrder({ key: column.key, ascending: active ? !order.ascending : false })}
    >
      {column.title}
      {active && (order.ascending ? <ArrowUp aria-hidden /> : <ArrowDown aria-hidden />)}
    </button>
  );
}

/** Text in a cell that must not make its row high. */
export function Clipped({ children, title }: { children: ReactNode; title?: string }) {
  return (
    <div className={css.clipped} title={title}>
      {children}
    </div>
  );
}
