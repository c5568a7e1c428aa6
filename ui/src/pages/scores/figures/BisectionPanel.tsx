import { type ReactNode, useMemo } from "react";
import type { Bisected, Bisection, Part } from "@/api";
import { Waterfall } from "@/charts/Waterfall";
import { Badge, Note, Panel } from "@/design";
import { count } from "@/format/numbers";
import css from "./figures.module.css";
import { pValue } from "./trust";

interface BisectionProps {
  bisected: Bisected & { bisection: Bisection };
  selected?: string;
  onSelect?: (label: string) => void;
  actions?: ReactNode;
}

/** A change taken apart, from the mean before to the mean after. The parts add up to the whole, exactly. */
export function BisectionPanel({ bisected: { bisection, name }, selected, onSelect, actions }: BisectionProps) {
  const steps = useMemo(() => stepsOf(bisection, selected, onSelect), [bisection, selected, onSelect]);
  return (
    <Panel title="Where the change comes from" note="the parts add up to the whole" actions={actions}>
      <div className={css.stack}>
        <p className={css.sentence}>{readable(bisection.sentence)}</p>
        <Waterfall label={`${name} from before to after, part by part`} steps={steps} />
        {bisection.warnings.map((warning) => (
          <Note key={warning}>{warning}</Note>
        ))}
        <p className={css.small}>
          {count(bisection.cells)} combinations of {readable(bisection.dimensions.join(", ")) || "nothing"}
          {bisection.constant.length > 0 && `; ${readable(bisection.constant.join(", "))} did not vary`}. Intervals
          leave out one of {count(bisection.blocks)} groups of sessions at a time. A part stands out where its p-value,
          adjusted for all looks, is at most {bisection.q}. {count(bisection.pooled)} scores of rare values are pooled
          as “other”. The scale does not begin at 0.
        </p>
      </div>
    </Panel>
  );
}

function stepsOf(bisection: Bisection, selected: string | undefined, onSelect?: (label: string) => void) {
  const { mean_before, mean_after, n_before, n_after, parts } = bisection;
  return [
    { key: "before", label: "before", amount: mean_before, whole: true, note: `n ${count(n_before)}` },
    ...parts.map((part) => ({
      key: part.label,
      label: <span title={readable(part.label)}>{partName(part)}</span>,
      amount: part.amount,
      low: part.low,
      high: part.high,
      note: <PartNote part={part} />,
      selected: part.label === selected,
      onSelect: onSelect && (() => onSelect(part.label)),
    })),
    { key: "after", label: "after", amount: mean_after, whole: true, note: `n ${count(n_after)}` },
  ];
}

function PartNote({ part: { flagged, adjusted, looks, n_before, n_after } }: { part: Part }) {
  return (
    <span className={css.sliceNote}>
      {flagged && <Badge tone="accent">stands out</Badge>}n {count(n_before)} → {count(n_after)} · p {pValue(adjusted)}{" "}
      of {count(looks)} looks
    </span>
  );
}

/** What a part is called where there is little room; the API's own words are its title. */
export function partName({ kind, label }: Pick<Part, "kind" | "label">): string {
  if (kind === "unexplained") return "unexplained";
  return label.startsWith(COMBINED) ? "dimensions combined otherwise" : readable(label);
}

const COMBINED = "the combination of ";

/** Names of dimensions as people write them, without the API's prefix. */
export function readable(text: string): string {
  return text.replaceAll("property:", "").replaceAll(" -> ", " → ");
}
