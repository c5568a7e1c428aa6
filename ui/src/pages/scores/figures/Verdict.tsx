import { ArrowDown, ArrowUp, CircleHelp, Equal } from "lucide-react";
import type { Verdict as Told, Word } from "@/api";
import { VERDICT_TONES } from "../words";
import css from "./figures.module.css";

const SIGNS: Record<Word, typeof Equal> = {
  better: ArrowUp,
  higher: ArrowUp,
  worse: ArrowDown,
  lower: ArrowDown,
  same: Equal,
  "not yet known": CircleHelp,
};

/** The verdict in words, as the headline that it is. */
export function Verdict({ verdict: { word, sentence } }: { verdict: Told }) {
  const Sign = SIGNS[word];
  return (
    <p className={css.verdict} data-tone={VERDICT_TONES[word]}>
      <Sign aria-hidden />
      <span>{sentence}</span>
    </p>
  );
}
