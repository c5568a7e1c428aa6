import { Check } from "lucide-react";
import type { ReactNode } from "react";
import type { Change, Drifted, Drifting } from "@/api";
import { Intervals } from "@/charts/Intervals";
import { Note, Panel, Table } from "@/design";
import { count, signed } from "@/format/numbers";
import css from "./figures.module.css";
import { levelName } from "./trust";

interface Case {
  word: Drifted;
  anchors: string;
  traffic: string;
  moved: string;
}

const CASES: readonly Case[] = [
  { word: "no drift seen", anchors: "still", traffic: "still", moved: "nobody" },
  { word: "judge", anchors: "moved", traffic: "still, or moved by as much", moved: "the judge" },
  { word: "system", anchors: "still", traffic: "moved", moved: "the system" },
  { word: "both", anchors: "moved", traffic: "moved by another amount", moved: "both" },
];

/** Did the judge move, or what it judges? Frozen anchors, judged again, tell them apart. */
export function DriftPanel({ drifting, looks, actions }: { drifting: Drifting; looks: boolean; actions?: ReactNode }) {
  const { verdict, anchors, traffic } = drifting;
  return (
    <Panel title="Who moved" actions={actions}>
      <div className={css.stack}>
        <p className={css.sentence}>{verdict.sentence}</p>
        <Intervals
          label="Changes of judge, traffic and system"
          reference={0}
          write={signed}
          rows={[
            changed("judge", "judge, on the anchors", verdict.judge, `${count(anchors.n_a)} anchors, paired`),
            changed("traffic", "traffic", verdict.traffic, `n ${count(traffic.n_a)} → ${count(traffic.n_b)}`),
            changed("system", "system: traffic without the judge", verdict.system, "variances of both added"),
          ]}
        />
        <Table<Case>
          label="What anchors and traffic say together"
          rows={CASES}
          keyOf={({ word }) => word}
          columns={[
            {
              key: "is",
              title: <span className="visually-hidden">This answer</span>,
              cell: ({ word }) => word === verdict.word && <Check size={15} aria-label="this answer" />,
            },
            {
              key: "anchors",
              title: "Anchors",
              cell: (one) => (
                <Told of={one} here={verdict.word}>
                  {one.anchors}
                </Told>
              ),
            },
            {
              key: "traffic",
              title: "Traffic",
              cell: (one) => (
                <Told of={one} here={verdict.word}>
                  {one.traffic}
                </Told>
              ),
            },
            {
              key: "moved",
              title: "Who moved",
              cell: (one) => (
                <Told of={one} here={verdict.word}>
                  {one.moved}
                </Told>
              ),
            },
          ]}
        />
        {[anchors.warning, traffic.warning].map((warning) => warning && <Note key={warning}>{warning}</Note>)}
        <p className={css.small}>
          {looks
            ? "Intervals hold at every look at once, for whoever watches day by day."
            : "Intervals hold for one look that was decided on beforehand."}{" "}
          Anchors say nothing of kinds of input that they lack, and the judge must not find their answers in a cache.
        </p>
      </div>
    </Panel>
  );
}

function changed(key: string, label: string, { change, low, high, level }: Change, note: string) {
  return { key, label, value: change, low, high, note: `${note} · ${levelName(level)}` };
}

function Told({ of, here, children }: { of: Case; here: Drifted; children: ReactNode }) {
  return of.word === here ? <strong>{children}</strong> : <span>{children}</span>;
}
