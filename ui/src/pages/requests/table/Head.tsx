import type { Header } from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import type { CallRecord, CallSort, CallSortKey } from "@/api";
import { shown } from "@/format/texts";
import type { CallColumn } from "../columns/catalogue";
import { type ColumnChoice, idOf, moved, resized } from "../columns/choice";
import type { Features } from "./features";
import css from "./table.module.css";

interface HeadProps {
  headers: readonly Header<Features, CallRecord>[];
  columns: readonly CallColumn[];
  choices: readonly ColumnChoice[];
  onChoices: (choices: ColumnChoice[]) => void;
  sort: CallSort;
  onSort: (key: CallSortKey) => void;
}

/** The titles of the columns: pressed they sort, dragged they change places, and their edges change widths. */
export function Head({ headers, columns, choices, onChoices, sort, onSort }: HeadProps) {
  const [over, setOver] = useState<string | null>(null);
  const move = (id: string, to: number) => onChoices(moved(choices, id, to));
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: what stands in it takes the focus
    // biome-ignore lint/a11y/useSemanticElements: rows that are virtualised cannot be a table element
    <div role="row" className={css.head} aria-rowindex={1}>
      {headers.map((header, index) => {
        const column = columns[index] as CallColumn;
        return (
          // biome-ignore lint/a11y/useSemanticElements: rows that are virtualised cannot be a table element
          // biome-ignore lint/a11y/useFocusableInteractive: the button within takes the focus
          <div
            key={column.id}
            role="columnheader"
            aria-colindex={index + 1}
            aria-sort={sortWord(column, sort)}
            className={css.headCell}
            data-align={column.align}
            data-over={over === column.id || undefined}
            draggable
            onDragStart={(event) => event.dataTransfer.setData("text/plain", column.id)}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(column.id);
            }}
            onDragLeave={() => setOver(null)}
            onDrop={(event) => {
              event.preventDefault();
              setOver(null);
              const dropped = event.dataTransfer.getData("text/plain");
              if (choices.some((choice) => idOf(choice) === dropped)) move(dropped, index);
            }}
          >
            <Title column={column} sort={sort} onSort={onSort} onMove={(by) => move(column.id, index + by)} />
            <Edge header={header} column={column} onWidth={(width) => onChoices(resized(choices, column.id, width))} />
          </div>
        );
      })}
    </div>
  );
}

function sortWord(column: CallColumn, sort: CallSort) {
  if (!column.sort) return undefined;
  if (column.sort !== sort.key) return "none";
  return sort.ascending ? "ascending" : "descending";
}

function Title(props: {
  column: CallColumn;
  sort: CallSort;
  onSort: (key: CallSortKey) => void;
  onMove: (by: number) => void;
}) {
  const { column, sort, onSort, onMove } = props;
  const active = column.sort === sort.key;
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
    event.preventDefault();
    onMove(event.key === "ArrowLeft" ? -1 : 1);
  };
  const { sort: key } = column;
  const title = <bdi className={css.title}>{shown(column.title)}</bdi>;
  if (!key) return <span className={css.titled}>{title}</span>;
  return (
    <button type="button" className={css.sorter} onClick={() => onSort(key)} onKeyDown={onKeyDown}>
      {title}
      {active && (sort.ascending ? <ArrowUp aria-hidden /> : <ArrowDown aria-hidden />)}
    </button>
  );
}

const STEP = 16;

/** The edge that changes a column's width: by dragging, by arrow keys, and back to the usual one by a double click. */
function Edge(props: {
  header: Header<Features, CallRecord>;
  column: CallColumn;
  onWidth: (width: number | null) => void;
}) {
  const { header, column, onWidth } = props;
  const width = header.getSize();
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    onWidth(width + step);
  };
  const begin = header.getResizeHandler();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be dragged
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={`Width of ${shown(column.title)}`}
      aria-valuenow={width}
      className={css.edge}
      data-dragged={header.column.getIsResizing() || undefined}
      draggable
      onDragStart={(event) => {
        // The edge is dragged to resize, not to move the column.
        event.preventDefault();
        event.stopPropagation();
      }}
      onMouseDown={begin}
      onTouchStart={begin}
      onDoubleClick={() => onWidth(null)}
      onKeyDown={onKeyDown}
    />
  );
}
