import type { QueueProgress } from "@/api";
import css from "./queues.module.css";
import { doneOf } from "./words";

/** How much of a queue is done, as a bar that says so in words, too. */
export function ProgressBar({ of }: { of: QueueProgress }) {
  return (
    <div className={css.progress}>
      <Bar label="Items done" done={of.done} begun={of.begun} all={of.items} />
      <span>{doneOf(of)}</span>
    </div>
  );
}

/** A share of a whole, drawn. */
export function Bar({ label, done, begun = 0, all }: { label: string; done: number; begun?: number; all: number }) {
  const share = (part: number) => `${all === 0 ? 0 : (part / all) * 100}%`;
  return (
    <div
      className={css.bar}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={all}
      aria-valuenow={done}
    >
      <span className={css.done} style={{ inlineSize: share(done) }} />
      <span className={css.begun} style={{ inlineSize: share(begun) }} />
    </div>
  );
}
