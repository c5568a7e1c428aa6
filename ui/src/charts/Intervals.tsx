import type { ReactNode } from "react";
import { interval, score } from "@/format/numbers";
import css from "./figures.module.css";
import { laneScale } from "./scale";
import { Ticks } from "./Ticks";

export interface IntervalRow {
  key: string;
  label: ReactNode;
  value: number | null;
  low: number | null;
  high: number | null;
  note?: ReactNode;
  tone?: "good" | "bad" | "plain";
}

/** Values under one another, each with its interval as a whisker on one scale; a line where nothing differs. */
export function Intervals(props: {
  label: string;
  rows: readonly IntervalRow[];
  /** Where a line is drawn: 0 for differences. */
  reference?: number;
  write?: (value: number) => string;
}) {
  const { label, rows, reference, write = score } = props;
  const ends = rows.flatMap((row) => [row.low, row.high, row.value, reference]).filter((end) => end != null);
  const scale = laneScale(ends.length > 0 ? ends : [0, 1], 0.04);
  const place = (value: number) => `${scale.place(value)}%`;
  return (
    <figure aria-label={label} className={css.intervals}>
      <ul>
        {rows.map((row) => (
          <li key={row.key} data-tone={row.tone}>
            <span className={css.rowLabel}>{row.label}</span>
            <span className={css.lane}>
              {reference !== undefined && (
                <span className={css.reference} style={{ insetInlineStart: place(reference) }} />
              )}
              {row.low !== null && row.high !== null && (
                <span
                  className={css.whisker}
                  style={{ insetInlineStart: place(row.low), insetInlineEnd: `calc(100% - ${place(row.high)})` }}
                />
              )}
              {row.value !== null && <span className={css.dot} style={{ insetInlineStart: place(row.value) }} />}
            </span>
            <span className={css.rowValue}>
              {row.value === null ? "nothing here" : write(row.value)}
              {row.value !== null && (
                <small> {row.low === null ? "no interval" : interval(row.low, row.high, write)}</small>
              )}
            </span>
            <span className={css.rowNote}>{row.note}</span>
          </li>
        ))}
        {ends.length > 0 && <Ticks scale={scale} write={write} />}
      </ul>
    </figure>
  );
}
