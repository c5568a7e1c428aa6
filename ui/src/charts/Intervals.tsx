import type { ReactNode } from "react";
import { interval, score } from "@/format/numbers";
import css from "./figures.module.css";

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
  const ends = rows.flatMap((row) => [row.low, row.high, row.value]).filter((end): end is number => end !== null);
  const from = Math.min(...ends, reference ?? Number.POSITIVE_INFINITY);
  const to = Math.max(...ends, reference ?? Number.NEGATIVE_INFINITY);
  const room = (to - from || 1) * 0.04;
  const place = (value: number) => `${((value - from + room) / (to - from + 2 * room || 1)) * 100}%`;
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
              {row.low !== null && <small> {interval(row.low, row.high, write)}</small>}
            </span>
            <span className={css.rowNote}>{row.note}</span>
          </li>
        ))}
      </ul>
    </figure>
  );
}
