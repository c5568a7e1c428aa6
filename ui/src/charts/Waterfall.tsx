import type { ReactNode } from "react";
import { score, signed } from "@/format/numbers";
import css from "./figures.module.css";

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

/** From before to after, step by step: each bar begins where the one above it ended. */
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
  const ends = bars.flatMap((bar) => [bar.from, bar.to]);
  const partial = steps.some((step) => !step.whole);
  const moving = partial ? bars.filter((bar) => !bar.step.whole).flatMap((bar) => [bar.from, bar.to]) : ends;
  const low = Math.min(...moving, ...bars.map((bar) => bar.to));
  const high = Math.max(...moving, ...bars.map((bar) => bar.to));
  const room = (high - low || 1) * 0.15;
  const place = (value: number) => Math.min(100, Math.max(0, ((value - low + room) / (high - low + 2 * room)) * 100));
  return (
    <figure aria-label={label} className={css.waterfall}>
      <ol>
        {bars.map(({ step, from, to }) => (
          <li key={step.key} data-selected={step.selected || undefined}>
            <span className={css.rowLabel}>
              {step.onSelect ? (
                <button type="button" aria-pressed={step.selected} onClick={step.onSelect}>
                  {step.label}
                </button>
              ) : (
                step.label
              )}
            </span>
            <span className={css.lane}>
              <span
                className={css.bar}
                data-tone={step.whole ? "whole" : step.amount < 0 ? "down" : "up"}
                style={{
                  insetInlineStart: `${step.whole ? 0 : place(Math.min(from, to))}%`,
                  insetInlineEnd: `${100 - place(Math.max(from, to))}%`,
                }}
              />
            </span>
            <span className={css.rowValue}>
              {step.whole ? write(step.amount) : signed(step.amount, write)}
              {step.low != null && step.high != null && (
                <small>
                  {" "}
                  {signed(step.low, write)} to {signed(step.high, write)}
                </small>
              )}
            </span>
            <span className={css.rowNote}>{step.note}</span>
          </li>
        ))}
      </ol>
    </figure>
  );
}

/** Where each bar begins and ends: a step goes on from the one before, a whole stands by itself. */
export function levelled(steps: readonly Step[]): { step: Step; from: number; to: number }[] {
  let level = 0;
  return steps.map((step) => {
    const from = step.whole ? 0 : level;
    level = step.whole ? step.amount : level + step.amount;
    return { step, from, to: level };
  });
}
