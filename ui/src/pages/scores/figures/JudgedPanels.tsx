import { type ReactNode, useMemo } from "react";
import type { Judged, Mean } from "@/api";
import { Intervals } from "@/charts/Intervals";
import type { Line } from "@/charts/plot";
import { TimeChart } from "@/charts/TimeChart";
import type { Bucket } from "@/data/window";
import { Note, Panel, Stat } from "@/design";
import { count, interval, percent, score, signed } from "@/format/numbers";
import parts from "../parts/parts.module.css";
import css from "./figures.module.css";
import { endsOf, ofMean } from "./trust";

interface JudgedProps {
  judged: Judged;
  bucket: Bucket | null;
  end: string;
  actions?: ReactNode;
}

/** A judge's mean beside what it would be had people judged: raw, corrected, people's alone, and how far it is off. */
export function JudgedPanels({ judged, bucket, end, actions }: JudgedProps) {
  const { name, raw, corrected, human, labels, points } = judged;
  return (
    <>
      <Panel title="The judge, and what people would say" actions={actions}>
        <div className={css.stack}>
          <Sides judged={judged} />
          <Intervals
            label={`Means of ${name}`}
            rows={[
              row("raw", "judge, as it is", raw, "uncorrected"),
              row("corrected", "corrected by labels", corrected, ofMean(corrected).method ?? "not corrected"),
              row("human", "people alone", human, `${count(labels)} labels`),
            ]}
          />
          <Warnings judged={judged} />
        </div>
      </Panel>
      {bucket && points.length > 0 && (
        <Panel
          title="Over time"
          note="each point is corrected by its own labels; with fewer than 30 of them it is rough"
        >
          <OverTime judged={judged} bucket={bucket} end={end} />
        </Panel>
      )}
    </>
  );
}

function row(key: string, label: string, mean: Mean, method: string) {
  return { key, label, ...endsOf(ofMean(mean)), note: `n ${count(mean.n)} · ${method}` };
}

function Sides({
  judged: { raw, corrected, bias, judged, labels, sensitivity, specificity, kind },
}: {
  judged: Judged;
}) {
  return (
    <div className={parts.stats}>
      <Side label="Judge, as it is" mean={raw} note={`n ${count(judged)} judged`} />
      <Side
        label="Corrected"
        mean={corrected}
        note={`${count(labels)} labels of ${count(judged)} (${percent(judged ? labels / judged : null)})`}
      />
      <Stat
        label="The judge is off by"
        value={signed(bias.mean ?? null)}
        note={bias.mean == null ? "no labels to tell by" : `${ends(bias, signed)} · n ${count(bias.n)} labels`}
      />
      {kind === "boolean" && (
        <Stat
          label="Passes what people pass, fails what they fail"
          value={`${percent(sensitivity)}, ${percent(specificity)}`}
          note="sensitivity and specificity; their intervals are in the table below"
          small
        />
      )}
    </div>
  );
}

function Side({ label, mean, note }: { label: string; mean: Mean; note: string }) {
  return (
    <Stat
      label={label}
      value={score(mean.mean)}
      note={mean.mean == null ? "nothing here" : `${ends(mean, score)} · ${note}`}
    />
  );
}

function ends({ low, high }: Mean, write: (value: number) => string): string {
  return low == null ? "no interval" : interval(low, high, write);
}

function Warnings({ judged: { corrected, labels } }: { judged: Judged }) {
  return (
    <>
      {labels === 0 && <Note>No labels: the mean is the judge’s own, uncorrected. Draw some under “Label next”.</Note>}
      {corrected.warning && <Note>{corrected.warning}</Note>}
      <p className={css.small}>
        Right only where the labels were drawn by chance with a known probability, which travels with each of them.
        Labels that somebody picked void it. People are taken to be right; how far they agree stands under Agreement.
      </p>
    </>
  );
}

function OverTime({ judged: { name, points }, bucket, end }: { judged: Judged; bucket: Bucket; end: string }) {
  const starts = useMemo(() => points.map((point) => point.start), [points]);
  const lines = useMemo<Line[]>(
    () => [
      lineOf(
        "judge, as it is",
        "series-8",
        points.map((point) => point.raw),
        true,
      ),
      lineOf(
        "corrected",
        "series-1",
        points.map((point) => point.corrected),
        false,
      ),
    ],
    [points],
  );
  return (
    <TimeChart
      label={`${name}, raw and corrected`}
      starts={starts}
      end={end}
      bucket={bucket}
      lines={lines}
      write={score}
      height={220}
    />
  );
}

function lineOf(label: string, ink: Line["ink"], means: readonly Mean[], dashed: boolean): Line {
  return {
    label,
    ink,
    dashed,
    values: means.map(({ mean }) => mean ?? null),
    low: means.map(({ low }) => low ?? null),
    high: means.map(({ high }) => high ?? null),
    counts: means.map(({ n }) => n ?? null),
  };
}
