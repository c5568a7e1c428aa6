import type { ReactNode } from "react";
import type { Part, Shift } from "@/api";
import { Intervals } from "@/charts/Intervals";
import { Datum } from "@/charts/Values";
import { Difference, Panel, Stat, Table } from "@/design";
import { count, percent, score, signed } from "@/format/numbers";
import parts from "../parts/parts.module.css";
import { segmentName } from "../segments";
import { valueName } from "../words";
import { partName, readable } from "./BisectionPanel";
import css from "./figures.module.css";
import { pValue } from "./trust";

/** One part of a change: how large, where within it, which values moved, and what to read. */
export function PartPanel({ part, actions, children }: { part: Part; actions?: ReactNode; children?: ReactNode }) {
  const inner = part.parts ?? [];
  const shifts = part.shifts ?? [];
  return (
    <Panel
      title={partName(part)}
      note={part.segment.length > 0 ? segmentName(part.segment) : readable(part.label)}
      actions={actions}
    >
      <div className={css.stack}>
        <PartStats part={part} />
        {inner.length > 0 && (
          <section className={css.stack} aria-label="Where within it">
            <h3>Where within it</h3>
            <Intervals
              label={`Parts of ${readable(part.label)}`}
              reference={0}
              write={signed}
              rows={inner.map((one) => ({
                key: one.label,
                label: <span title={partName(one)}>{innerName(one, part)}</span>,
                value: one.amount,
                low: one.low,
                high: one.high,
                note: `n ${count(one.n_before)} → ${count(one.n_after)} · p ${pValue(one.adjusted)} of ${count(one.looks)}`,
              }))}
            />
          </section>
        )}
        {shifts.length > 0 && <Shifts shifts={shifts} />}
        {children}
      </div>
    </Panel>
  );
}

function PartStats({ part }: { part: Part }) {
  return (
    <div className={parts.stats}>
      <Stat
        small
        label="Gives to the change"
        value={<Difference value={part.amount} low={part.low} high={part.high} better={null} />}
        note={
          part.low === null
            ? "no interval: too few sessions"
            : `p ${pValue(part.adjusted)}, adjusted for ${count(part.looks)} looks`
        }
      />
      <Stat small label="Mean before" value={score(part.mean_before)} note={`n ${count(part.n_before)}`} />
      <Stat small label="Mean after" value={score(part.mean_after)} note={`n ${count(part.n_after)}`} />
      <p className={css.small}>
        Means are of the segment, told for orientation and without an interval; the interval is that of what the part
        gives.
      </p>
    </div>
  );
}

/** A part within another one: what the outer one says already is left out. */
function innerName(one: Part, outer: Part): string {
  const own = one.segment.slice(outer.segment.length);
  return one.label.startsWith("elsewhere") ? "elsewhere in it" : own.length > 0 ? segmentName(own) : partName(one);
}

function Shifts({ shifts }: { shifts: readonly Shift[] }) {
  return (
    <section className={css.stack} aria-label="Values that moved">
      <h3>Values that moved</h3>
      <Table
        label="Shares before and after"
        rows={shifts}
        keyOf={(shift) => shift.value}
        columns={[
          { key: "value", title: "Value", cell: (shift) => valueName(shift.value) },
          {
            key: "before",
            title: "Share before",
            align: "end",
            cell: (s) => <Of share={s.share_before} n={s.n_before} />,
          },
          { key: "after", title: "Share after", align: "end", cell: (s) => <Of share={s.share_after} n={s.n_after} /> },
          { key: "mb", title: "Mean before", align: "end", cell: (s) => <Datum value={s.mean_before} write={score} /> },
          { key: "ma", title: "Mean after", align: "end", cell: (s) => <Datum value={s.mean_after} write={score} /> },
          {
            key: "amount",
            title: "Gives",
            align: "end",
            cell: (s) => <Datum value={s.amount} write={(value) => signed(value)} />,
          },
        ]}
      />
    </section>
  );
}

function Of({ share, n }: { share: number; n: number }) {
  return (
    <span className={css.side}>
      <Datum value={share} write={percent} />
      <small>n {count(n)}</small>
    </span>
  );
}
