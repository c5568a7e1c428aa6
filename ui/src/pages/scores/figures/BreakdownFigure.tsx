import type { Breakdown, Segment } from "@/api";
import { Intervals } from "@/charts/Intervals";
import { Datum } from "@/charts/Values";
import { type Column, Empty, Table } from "@/design";
import { count, score } from "@/format/numbers";
import { dimensionName, judgeName, METHODS, valueName } from "../words";
import css from "./figures.module.css";

interface BreakdownProps {
  breakdown: Breakdown;
  asTable: boolean;
  /** Where the mean of all lies. */
  whole?: number | null;
  /** Called with what makes a segment; a segment that no filter can say is not to be pressed. */
  onSelect?: (values: readonly string[]) => (() => void) | null;
}

/** A score by segment: each mean with its interval on one scale, or all there is to know of each as a table. */
export function BreakdownFigure({ breakdown, asTable, whole, onSelect }: BreakdownProps) {
  const { name, by, segments } = breakdown;
  if (segments.length === 0) return <Empty title="No scores in this time" />;
  const label = `${name} by ${by.map(dimensionName).join(" and ")}`;
  if (asTable) return <Segments label={label} breakdown={breakdown} />;
  return (
    <Intervals
      label={label}
      reference={whole ?? undefined}
      rows={segments.map((segment) => ({
        key: JSON.stringify(segment.values),
        label: <SegmentLabel by={by} values={segment.values} press={onSelect?.(segment.values) ?? null} />,
        value: segment.mean,
        low: segment.low,
        high: segment.high,
        note: noteOf(segment),
      }))}
    />
  );
}

function SegmentLabel(props: { by: readonly string[]; values: readonly string[]; press: (() => void) | null }) {
  const { by, values, press } = props;
  const text = namesOf(by, values).join(" · ");
  if (!press) return <span title={text}>{text}</span>;
  return (
    <button type="button" title={`Filter by ${text}`} onClick={press}>
      {text}
    </button>
  );
}

/** The values of a segment as they are read; a judge without a name is called after its kind. */
function namesOf(by: readonly string[], values: readonly string[]): string[] {
  if (by[0] === "source" && by[1] === "author") return [judgeName(values[0] ?? "", values[1] ?? "")];
  return values.map((value, place) => (by[place] === "source" ? judgeName(value, "") : valueName(value)));
}

function noteOf({ n, missing, warning }: Segment): string {
  const without = missing ? ` · ${count(missing)} ${missing === 1 ? "call" : "calls"} without` : "";
  return `n ${count(n)}${without}${warning ? ` · ${warning}` : ""}`;
}

function Segments({ label, breakdown: { by, segments } }: { label: string; breakdown: Breakdown }) {
  const number = (
    key: string,
    title: string,
    of: (one: Segment) => number | null,
    write: (value: number) => string,
  ) => ({
    key,
    title,
    align: "end" as const,
    cell: (one: Segment) => <Datum value={of(one)} write={write} />,
  });
  const columns: Column<Segment>[] = [
    ...by.map((dimension, place) => ({
      key: dimension,
      title: dimensionName(dimension),
      cell: (one: Segment) => <span className={css.nowrap}>{valueName(one.values[place] ?? "")}</span>,
    })),
    number("n", "n", (one) => one.n, count),
    number("mean", "Mean", (one) => one.mean, score),
    number("low", "from", (one) => one.low, score),
    number("high", "to", (one) => one.high, score),
    number("missing", "Calls without", (one) => one.missing, count),
    number("clusters", "Clusters", (one) => one.clusters, count),
    number("min", "Lowest", (one) => one.min, score),
    number("max", "Highest", (one) => one.max, score),
    { key: "method", title: "Interval", cell: (one) => METHODS[one.method] },
  ];
  return <Table label={label} rows={segments} keyOf={(one) => JSON.stringify(one.values)} columns={columns} />;
}
