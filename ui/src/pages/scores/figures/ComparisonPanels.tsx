import type { ReactNode } from "react";
import type { Compared, Form, Side } from "@/api";
import { Intervals } from "@/charts/Intervals";
import { Facts, Note, Panel, Stat } from "@/design";
import { count, interval, percent, score, signed } from "@/format/numbers";
import parts from "../parts/parts.module.css";
import { METHODS } from "../words";
import { CostPanel } from "./CostPanel";
import css from "./figures.module.css";
import { SlicesPanel } from "./SlicesPanel";
import { endsOfDifference, levelName, pValue } from "./trust";
import { Verdict } from "./Verdict";

interface ComparisonProps {
  compared: Compared;
  /** What both segments are called. */
  names: { a: string; b: string };
  /** The dimension that the slices are values of. */
  by?: string | null;
  actions?: ReactNode;
  onSlice?: (value: string) => (() => void) | null;
}

/** An answer to "is b better than a?": the verdict first, then all that it rests on. */
export function ComparisonPanels({ compared, names, by, actions, onSlice }: ComparisonProps) {
  const { verdict, difference, caveat } = compared;
  return (
    <>
      <Panel actions={actions} title="The verdict">
        <div className={css.stack}>
          <Verdict verdict={verdict} />
          <Sides compared={compared} names={names} />
          <Ways compared={compared} />
          {difference.warning && <Note>{difference.warning}</Note>}
          <p className={css.small}>{caveat}</p>
        </div>
      </Panel>
      <div className={css.uneven}>
        <Grounds compared={compared} />
        <CostPanel compared={compared} />
      </div>
      {by != null && <SlicesPanel compared={compared} by={by} onSlice={onSlice} />}
    </>
  );
}

function Sides({ compared, names }: { compared: Compared; names: { a: string; b: string } }) {
  const { sides, verdict, kind } = compared;
  const what = kind === "boolean" ? "rate" : "mean";
  const side = (name: string, { mean, low, high, n }: Side) => (
    <Stat
      label={name}
      value={mean === null ? "–" : score(mean)}
      note={`${what}${mean === null ? "" : ` · ${low === null ? "no interval" : interval(low, high, score)}`} · n ${count(n)}`}
    />
  );
  return (
    <div className={parts.stats}>
      {side(`a: ${names.a}`, sides.a)}
      {side(`b: ${names.b}`, sides.b)}
      <Stat
        label="Smallest visible difference"
        value={verdict.smallest === null ? "–" : score(verdict.smallest)}
        note={
          verdict.smallest === null
            ? "not known: there is no standard error"
            : "what this much data finds four times out of five"
        }
      />
    </div>
  );
}

/** The same difference for one look, for any number of looks, and with noise taken out. */
function Ways({ compared: { difference, anytime, adjusted, variance_ratio } }: { compared: Compared }) {
  if (difference.difference == null) return null;
  const once = endsOfDifference(difference);
  return (
    <>
      <h3>b − a</h3>
      <Intervals
        label="The difference, b − a"
        reference={0}
        write={signed}
        rows={[
          {
            key: "once",
            label: "looked at once",
            ...once,
            note: `${levelName(difference.level)} · ${METHODS[difference.method ?? "none"]}`,
          },
          ...(anytime
            ? [
                {
                  key: "anytime",
                  label: "looked at again and again",
                  value: once.value,
                  low: anytime.low,
                  high: anytime.high,
                  note: `${levelName(anytime.level)} · anytime-valid (${FORMS[anytime.method ?? "asymptotic"]}): holds at every look`,
                },
              ]
            : []),
          ...(adjusted
            ? [
                {
                  key: "adjusted",
                  label: "with noise taken out",
                  ...endsOfDifference(adjusted),
                  note: `CUPED · ${helped(variance_ratio)}`,
                },
              ]
            : []),
        ]}
      />
      {!anytime && (
        <p className={css.small}>
          No anytime-valid interval yet: there are too few independent scores for one. Look once, at a time that was
          decided on beforehand.
        </p>
      )}
    </>
  );
}

const FORMS: Record<Form, string> = { asymptotic: "asymptotic", "beta-binomial": "exact" };

function helped(ratio: number | null): string {
  if (ratio === null) return "gain not known";
  return ratio < 1 ? `${percent(1 - ratio)} of the variance gone` : "it did not help";
}

/** What the verdict rests on, for whoever checks it. */
function Grounds({ compared }: { compared: Compared }) {
  const { difference, verdict, pairs, paired_share, overlap } = compared;
  return (
    <Panel title="What it rests on">
      <Facts
        rows={[
          ["Method", METHODS[difference.method ?? "none"]],
          ["p of no difference", pValue(difference.p_value)],
          verdict.margin > 0 && ["Least that matters", score(verdict.margin)],
          ["Independent groups", difference.clusters == null ? "each score by itself" : count(difference.clusters)],
          ["Pairs of the same input", `${count(pairs)}, ${percent(paired_share)} of the scores`],
          overlap > 0 && ["Scores in both segments", count(overlap)],
        ]}
      />
      <p className={`${css.small} ${css.under}`}>
        The verdict follows from the interval of the difference. Those of the two means are of each by itself: they may
        overlap where the difference is sure. Four times as many scores halve the smallest difference that can be seen.
      </p>
    </Panel>
  );
}
