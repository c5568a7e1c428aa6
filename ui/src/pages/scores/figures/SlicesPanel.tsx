import type { Compared, Slice } from "@/api";
import { Intervals } from "@/charts/Intervals";
import { Datum } from "@/charts/Values";
import { Badge, Empty, Panel, Table } from "@/design";
import { count, score, signed } from "@/format/numbers";
import { VerdictBadge } from "../parts/Facets";
import { dimensionName, VERDICT_TONES, valueName } from "../words";
import { useFace } from "./Faces";
import css from "./figures.module.css";
import { endsOfDifference, levelName, pValue } from "./trust";

interface SlicesProps {
  compared: Compared;
  by: string;
  onSlice?: (value: string) => (() => void) | null;
}

/** The comparison within each value of a dimension. Slices are looks, and every p-value counts them all. */
export function SlicesPanel({ compared: { slices, looks }, by, onSlice }: SlicesProps) {
  const { asTable, turn } = useFace();
  const flagged = slices.filter((slice) => slice.flagged).length;
  return (
    <Panel
      title={`By ${dimensionName(by)}`}
      note={`${count(looks)} ${looks === 1 ? "look" : "looks"}, ${count(flagged)} flagged`}
      actions={turn}
    >
      {slices.length === 0 ? (
        <Empty title="No scores in either segment" />
      ) : (
        <div className={css.stack}>
          {asTable ? <SliceTable slices={slices} by={by} /> : <SliceFigure slices={slices} by={by} onSlice={onSlice} />}
          <p className={css.small}>
            {count(looks)} slices are {count(looks)} chances to be fooled: a slice is flagged where its p-value,
            adjusted for all of them (Benjamini–Hochberg), is at most 0.1. Looks at other pages and on other days are
            not counted.
          </p>
        </div>
      )}
    </Panel>
  );
}

function SliceFigure({
  slices,
  by,
  onSlice,
}: {
  slices: readonly Slice[];
  by: string;
  onSlice: SlicesProps["onSlice"];
}) {
  return (
    <Intervals
      label={`The difference, b − a, by ${dimensionName(by)}`}
      reference={0}
      write={signed}
      rows={slices.map((slice) => ({
        key: slice.value,
        label: <SliceLabel value={slice.value} press={onSlice?.(slice.value) ?? null} />,
        ...endsOfDifference(slice.difference),
        tone: toneOf(slice),
        note: (
          <span className={css.sliceNote}>
            <VerdictBadge verdict={slice.verdict} />
            {slice.flagged && <Badge tone="accent">flagged</Badge>}
            adjusted p {pValue(slice.adjusted_p)} · n {count(slice.difference.n_a)} and {count(slice.difference.n_b)}
            {slice.difference.warning && ` · ${slice.difference.warning}`}
          </span>
        ),
      }))}
    />
  );
}

function SliceLabel({ value, press }: { value: string; press: (() => void) | null }) {
  if (!press) return valueName(value);
  return (
    <button type="button" title={`Compare within ${valueName(value)} alone`} onClick={press}>
      {valueName(value)}
    </button>
  );
}

function toneOf({ verdict, flagged }: Slice): "good" | "bad" | "plain" {
  const tone = VERDICT_TONES[verdict.word];
  return flagged && (tone === "good" || tone === "bad") ? tone : "plain";
}

function SliceTable({ slices, by }: { slices: readonly Slice[]; by: string }) {
  return (
    <Table
      label={`The difference by ${dimensionName(by)}`}
      rows={slices}
      keyOf={(slice) => slice.value}
      columns={[
        { key: "value", title: dimensionName(by), cell: ({ value }) => valueName(value) },
        { key: "verdict", title: "Verdict", cell: ({ verdict }) => <VerdictBadge verdict={verdict} /> },
        ...side("a"),
        ...side("b"),
        number("difference", "b − a", ({ difference }) => difference.difference, signed),
        number("low", "from", ({ difference }) => difference.low, signed),
        number("high", "to", ({ difference }) => difference.high, signed),
        { key: "level", title: "Level", align: "end", cell: ({ difference }) => levelName(difference.level) },
        number("p", "Adjusted p", ({ adjusted_p }) => adjusted_p, pValue),
        { key: "flagged", title: "Flagged", cell: ({ flagged }) => (flagged ? "flagged" : "") },
      ]}
    />
  );
}

/** The mean of one segment by itself, with its ends and its n. */
function side(of: "a" | "b") {
  return [
    number(of, `Mean of ${of}`, ({ sides }) => sides[of].mean, score),
    number(`${of} low`, "from", ({ sides }) => sides[of].low, score),
    number(`${of} high`, "to", ({ sides }) => sides[of].high, score),
    number(`${of} n`, `n of ${of}`, ({ sides }) => sides[of].n, count),
  ];
}

function number(
  key: string,
  title: string,
  of: (slice: Slice) => number | null | undefined,
  write: (value: number) => string,
) {
  return {
    key,
    title,
    align: "end" as const,
    cell: (slice: Slice) => <Datum value={of(slice)} write={(value) => write(value)} />,
  };
}
