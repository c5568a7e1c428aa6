import { useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type RefObject, useCallback, useEffect, useMemo, useRef } from "react";
import type { CallRecord } from "@/api";
import { useZone } from "@/data/zone";
import type { Shown } from "../columns/cells";
import { idOf, resized, widthOf } from "../columns/choice";
import type { Columns } from "../columns/useColumns";
import type { Term } from "../marking";
import { CellMenu } from "./CellMenu";
import { definitionOf, features } from "./features";
import { Head } from "./Head";
import { Card, Row } from "./Row";
import css from "./table.module.css";
import { useSort } from "./useSort";

const ROW_HEIGHT = 48;
const CARD_HEIGHT = 100;
const NO_ROWS: CallRecord[] = [];

export interface Rows {
  length: number;
  at: (index: number) => CallRecord | undefined;
  /** How many at the top came while somebody watched. */
  fresh: number;
}

interface GridProps {
  rows: Rows;
  columns: Columns;
  terms: readonly Term[];
  narrow: boolean;
  busy: boolean;
  /** Which row the keys stand on, and which one is open. */
  cursor: number | null;
  isOpen: (call: CallRecord) => boolean;
  onOpen: (index: number) => void;
  onRange: (first: number, last: number) => void;
  scroller: RefObject<HTMLDivElement | null>;
  /** Changes where another question is asked: the list then begins at its top. */
  question: string;
}

export const rowId = (index: number) => `request-row-${index}`;

/** The table: rows as they are scrolled to, a head that stays, widths that can be changed. */
export function CallGrid(props: GridProps) {
  const { rows, columns, terms, narrow, busy, cursor, isOpen, onOpen, onRange, scroller, question } = props;
  const { sort, press } = useSort();
  const zone = useZone();
  const shown = useMemo<Shown>(() => ({ zone, terms }), [zone, terms]);
  const table = useColumnModel(columns);
  const height = narrow ? CARD_HEIGHT : ROW_HEIGHT;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when rows have another height
  useEffect(() => virtual.measure(), [height]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question begins at its top
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [question]);
  useEffect(() => {
    if (cursor !== null && cursor >= 0) virtual.scrollToIndex(cursor, { align: "auto" });
  }, [cursor, virtual]);

  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => onRange(first, last), [first, last, onRange]);

  const open = useRef(onOpen);
  open.current = onOpen;
  const press_ = useCallback((event: React.MouseEvent) => {
    const row = (event.target as Element).closest<HTMLElement>("[data-index]");
    // Whoever selects text in a row does not mean to open it.
    if (row && getSelection()?.type !== "Range") open.current(Number(row.dataset.index));
  }, []);
  const One = narrow ? Card : Row;
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  return (
    <CellMenu rows={rows} columns={columns} cursor={cursor} onOpen={onOpen}>
      {/* biome-ignore lint/a11y/useSemanticElements: a table of millions is virtualised */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the page's own keys open rows */}
      <div
        ref={scroller}
        role="grid"
        tabIndex={0}
        aria-label="Requests"
        aria-rowcount={-1}
        aria-busy={busy}
        aria-activedescendant={cursor === null ? undefined : rowId(cursor)}
        className={css.grid}
        data-narrow={narrow || undefined}
        style={{ "--columns": template(columns), "--least": narrow ? "0px" : least(columns) } as CSSProperties}
        onClick={press_}
      >
        {!narrow && (
          <Head
            headers={headers}
            columns={columns.shown}
            choices={columns.choices}
            onChoices={columns.put}
            sort={sort}
            onSort={press}
          />
        )}
        <div className={css.body} data-old={busy || undefined} style={{ blockSize: virtual.getTotalSize() }}>
          {items.map((item) => {
            const call = rows.at(item.index);
            return (
              <One
                // By place and not by call: what is scrolled past is used again.
                key={item.key}
                id={rowId(item.index)}
                index={item.index}
                call={call}
                columns={columns.shown}
                shown={shown}
                top={item.start}
                isCursor={cursor === item.index}
                isOpen={call !== undefined && isOpen(call)}
                isFresh={item.index < rows.fresh}
              />
            );
          })}
        </div>
      </div>
    </CellMenu>
  );
}

/** The model of the columns, which knows their widths while they are dragged. */
function useColumnModel({ shown, choices, put }: Columns) {
  const definitions = useMemo(() => shown.map(definitionOf), [shown]);
  const columnSizing = useMemo<Record<string, number>>(
    () => Object.fromEntries(choices.filter((choice) => typeof choice !== "string")),
    [choices],
  );
  return useTable({
    features,
    columns: definitions,
    data: NO_ROWS,
    state: { columnSizing },
    // Once, at the end: the address holds the widths.
    columnResizeMode: "onEnd",
    onColumnSizingChange: (updater) => {
      const next = typeof updater === "function" ? updater(columnSizing) : updater;
      const changed = Object.entries(next).filter(([id, width]) => columnSizing[id] !== width);
      put(changed.reduce((before, [id, width]) => resized(before, id, width), [...choices]));
    },
  });
}

/** The width of each column: what is left over goes to those that are elastic and were given none. */
function template({ shown, choices }: Columns): string {
  const given = widths(choices);
  return shown
    .map((column) => {
      const width = given.get(column.id);
      return column.elastic && width === undefined ? `minmax(${column.width}px, 1fr)` : `${width ?? column.width}px`;
    })
    .join(" ");
}

/** How wide they are together at least: rows are all of one width, whatever stands in them. */
function least({ shown, choices }: Columns): string {
  const given = widths(choices);
  return `${shown.reduce((sum, column) => sum + (given.get(column.id) ?? column.width), 0)}px`;
}

function widths(choices: Columns["choices"]): Map<string, number | undefined> {
  return new Map(choices.map((choice) => [idOf(choice), widthOf(choice)]));
}
