import type { ReactNode } from "react";
import { score, signed } from "@/format/numbers";
import css from "./figures.module.css";
import { type LaneScale, laneScale } from "./scale";
import { Ticks } from "./Ticks";

export interface Step {
  key: string;
  label: ReactNode;
  amount: number;
  low?: number | null;
  high?: number | null;
  /** A whole that the steps lead from or to; it stands on the ground. */
  whole?: boolean;
  note?: ReactNode;
  onSelect?: () => void;
  selected?: boolean;
}

interface Level {
  step: Step;
  from: number;
  to: number;
}

/** From before to after, step by step: each bar begins where the one above it ended, its interval a line at its end. */
export function Waterfall({
  label,
  steps,
  write = score,
}: {
  label: string;
  steps: readonly Step[];
  write?: (value: number) => string;
}) {
  const bars = levelled(steps);
  const scale = laneScale(bars.flatMap(endsOf), 0.06);
  return (
    <figure aria-label={label} className={css.waterfall}>
      <ol>
        {bars.map((bar, index) => (
          <li
            key={bar.step.key}
            data-selected={bar.step.selected || undefined}
            data-whole={bar.step.whole || undefined}
          >
            <span className={css.rowLabel}>
              {bar.step.onSelect ? (
                <button type="button" aria-pressed={bar.step.selected} onClick={bar.step.onSelect}>
                  {bar.step.label}
                </button>
              ) : (
                bar.step.label
              )}
            </span>
            <Lane bar={bar} scale={scale} last={index === bars.length - 1} />
            <span className={css.rowValue}>
              {bar.step.whole ? write(bar.step.amount) : signed(bar.step.amount, write)}
              {!bar.step.whole && <small> {intervalOf(bar.step, write)}</small>}
            </span>
            <span className={css.rowNote}>{bar.step.note}</span>
          </li>
        ))}
        <Ticks scale={scale} write={write} />
      </ol>
    </figure>
  );
}

function Lane({ bar: { step, from, to }, scale, last }: { bar: Level; scale: LaneScale; last: boolean }) {
  const ends = whiskerOf({ step, from, to });
  return (
    <span className={css.lane}>
      <span
        className={css.bar}
        data-tone={step.whole ? "whole" : step.amount < 0 ? "down" : "up"}
        style={{
          insetInlineStart: `${step.whole ? 0 : scale.place(Math.min(from, to))}%`,
          insetInlineEnd: `${100 - scale.place(Math.max(from, to))}%`,
        }}
      />
      {ends && (
        <span
          className={css.reach}
          style={{ insetInlineStart: `${scale.place(ends[0])}%`, insetInlineEnd: `${100 - scale.place(ends[1])}%` }}
        />
      )}
      {!last && <span className={css.connector} style={{ insetInlineStart: `${scale.place(to)}%` }} />}
    </span>
  );
}

function intervalOf({ low, high }: Step, write: (value: number) => string): string {
  return low == null || high == null ? "no interval" : `${signed(low, write)} to ${signed(high, write)}`;
}

/** Where the end of a step may lie by its interval. */
function whiskerOf({ step, from }: Level): [number, number] | null {
  if (step.whole || step.low == null || step.high == null) return null;
  return [from + step.low, from + step.high];
}

/** The values that must be on the scale; a whole stands on the ground, which need not be. */
function endsOf(bar: Level): number[] {
  return bar.step.whole ? [bar.to] : [bar.from, bar.to, ...(whiskerOf(bar) ?? [])];
}

/** Where each bar begins and ends: a step goes on from the one before, a whole stands by itself. */
export function levelled(steps: readonly Step[]): Level[] {
  let level = 0;
  return steps.map((step) => {
    const from = step.whole ? 0 : level;
    level = step.whole ? step.amount : level + step.amount;
    return { step, from, to: level };
  });
}
