import { ArrowDown, ArrowRight, ArrowUp } from "lucide-react";
import { Explained } from "@/design";
import { compact, count, interval, percent } from "@/format/numbers";
import type { Reading } from "../charts/catalogue";
import { type Change, changeOf } from "./change";
import css from "./numbers.module.css";

interface ChangedProps {
  now: Reading;
  before: Reading | null;
  write: (value: number | null) => string;
  /** Whether the change itself is told in percent; of what is in percent already only what it was. */
  relative?: boolean;
  /** Whether more is worse; undefined where neither way is. */
  worse?: "up";
}

const ARROWS = { up: ArrowUp, down: ArrowDown, same: ArrowRight };
const WORDS = { up: "up", down: "down", same: "unchanged" };

/** Against the window before: which way, how far, and on hover what it was and how sure that is. */
export function Changed({ now, before, write, relative = true, worse }: ChangedProps) {
  const change = changeOf(now, before);
  if (!before || !change) return <span className={css.change}>nothing before</span>;
  const Arrow = ARROWS[change.direction];
  return (
    <Explained by={told(before, change, write)} className={css.change}>
      <span className={css.arrow} data-tone={toneOf(change, worse)}>
        <Arrow aria-label={WORDS[change.direction]} />
        {relative && change.share !== null && change.direction !== "same" && shareName(change.share)}
      </span>{" "}
      {change.direction === "same"
        ? "as before"
        : `${relative && change.share !== null ? "on" : "was"} ${write(before.value)}`}
    </Explained>
  );
}

const MANY = 10;

/** By how much, in percent; what became many times as much is told as that. */
function shareName(share: number): string {
  return share < MANY ? percent(share) : `×${compact(Math.round(share + 1))}`;
}

/** Coloured only where more is worse, and chance is hardly the reason. */
function toneOf({ direction, sure }: Change, worse: "up" | undefined): "good" | "bad" | undefined {
  if (!worse || !sure || direction === "same") return undefined;
  return direction === worse ? "bad" : "good";
}

function told(before: Reading, { sure }: Change, write: (value: number | null) => string): string {
  const ends = before.low == null ? "" : ` (${interval(before.low, before.high, write)})`;
  const judged =
    sure === null
      ? null
      : sure
        ? "Both 95 % intervals lie apart."
        : "Both 95 % intervals overlap: the change may be chance.";
  return [`The window before: ${write(before.value)}${ends}, n ${count(before.n)}.`, judged].filter(Boolean).join("\n");
}
