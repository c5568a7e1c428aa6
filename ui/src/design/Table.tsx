import { ArrowDown, ArrowUp } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
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
  const scroller = useRef<HTMLDivElement>(null);
  const scrolls = useScrolls(scroller);
  return (
    // What scrolls must be reachable by key; what does not would only be one more stop.
    <div ref={scroller} className={css.scroller} tabIndex={scrolls ? 0 : undefined}>
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

/** Whether there is more to the right than is in sight. */
function useScrolls(scroller: React.RefObject<HTMLElement | null>): boolean {
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const outer = scroller.current;
    if (!outer) return;
    const watch = new ResizeObserver(() => setScrolls(outer.scrollWidth > outer.clientWidth));
    for (const element of [outer, ...outer.children]) watch.observe(element);
    return () => watch.disconnect();
  }, [scroller]);
  return scrolls;
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
