import { memo } from "react";
import type { CallRecord } from "@/api";
import { duration, money } from "@/format/numbers";
import { shown as legible } from "@/format/texts";
import { clock, day } from "@/format/times";
import type { CallColumn } from "../columns/catalogue";
import { Pair, Preview, ScoresCell, type Shown, StatusBadge } from "../columns/cells";
import css from "./table.module.css";

interface RowProps {
  id: string;
  index: number;
  call: CallRecord | undefined;
  columns: readonly CallColumn[];
  shown: Shown;
  top: number;
  isCursor: boolean;
  isOpen: boolean;
  isFresh: boolean;
}

/** One call across the columns; while it is on its way, its shape. */
export const Row = memo((props: RowProps) => {
  const { id, index, call, columns, shown, top, isCursor, isOpen, isFresh } = props;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names this row as the active one
    // biome-ignore lint/a11y/useSemanticElements: rows that are virtualised cannot be a table element
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isOpen}
      className={css.row}
      data-index={index}
      data-cursor={isCursor || undefined}
      data-open={isOpen || undefined}
      data-fresh={isFresh || undefined}
      style={{ transform: `translateY(${top}px)` }}
    >
      {columns.map((column, place) => (
        // biome-ignore lint/a11y/useFocusableInteractive: as the row
        // biome-ignore lint/a11y/useSemanticElements: as the row
        <div
          key={column.id}
          role="gridcell"
          aria-colindex={place + 1}
          className={css.cell}
          data-column={column.id}
          data-align={column.align}
        >
          {call ? column.cell(call, shown) : <span className={css.waiting} />}
        </div>
      ))}
    </div>
  );
});

/** The same where the screen is narrow: all that matters, under one another. */
export const Card = memo((props: RowProps) => {
  const { id, index, call, shown, top, isCursor, isOpen, isFresh } = props;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: as the row
    // biome-ignore lint/a11y/useSemanticElements: as the row
    <div
      id={id}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isOpen}
      className={css.card}
      data-index={index}
      data-cursor={isCursor || undefined}
      data-open={isOpen || undefined}
      data-fresh={isFresh || undefined}
      style={{ transform: `translateY(${top}px)` }}
    >
      {/* biome-ignore lint/a11y/useFocusableInteractive: as the row */}
      {/* biome-ignore lint/a11y/useSemanticElements: as the row */}
      <div role="gridcell" className={css.cardCell} data-column="messages">
        {call ? <CardContent call={call} shown={shown} /> : <span className={css.waiting} />}
      </div>
    </div>
  );
});

function CardContent({ call, shown: { zone, terms } }: { call: CallRecord; shown: Shown }) {
  return (
    <>
      <div className={css.cardLine}>
        <StatusBadge call={call} />
        <bdi className={css.cardModel}>{legible(call.model)}</bdi>
        <time dateTime={call.created_at} className={css.cardTime}>
          {day(call.created_at, zone)} {clock(call.created_at, zone)}
        </time>
      </div>
      <Pair
        main={<Preview text={call.request_preview} terms={terms} />}
        below={<Preview text={call.response_preview} terms={terms} />}
      />
      <div className={css.cardLine}>
        <span className={css.cardFacts}>
          {duration(call.latency_ms)} · {money(call.cost_usd)}
        </span>
        {call.scores.length > 0 && <ScoresCell scores={call.scores} />}
      </div>
    </>
  );
}
