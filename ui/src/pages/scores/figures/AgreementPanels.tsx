import type { ReactNode } from "react";
import type { Agreement, Measure, PairAgreement, RaterBias } from "@/api";
import { HeatMap, type Tile } from "@/charts/HeatMap";
import { Intervals } from "@/charts/Intervals";
import { Badge, Facts, Panel, Segments, Stat, Trust } from "@/design";
import { count, interval, score, signed } from "@/format/numbers";
import parts from "../parts/parts.module.css";
import { nameOf } from "../parts/RaterPicker";
import type { MeasureName } from "../search";
import { METHODS } from "../words";
import { Confusion } from "./Confusion";
import css from "./figures.module.css";
import { endsOf, endsOfDifference, ofMeasure, pValue } from "./trust";

export const MEASURE_WORDS: Record<MeasureName, { label: string; title: string }> = {
  kappa: { label: "Kappa", title: "Cohen’s kappa: agreement beyond chance" },
  weighted_kappa: { label: "Weighted", title: "Weighted kappa: of numbers, far apart counts more" },
  observed: { label: "Same", title: "The share on which both said the same" },
  pearson: { label: "Pearson", title: "Pearson’s correlation" },
  spearman: { label: "Spearman", title: "Spearman’s correlation, by rank" },
};

interface AgreementProps {
  agreement: Agreement;
  /** The name of the score that the raters share. */
  name: string | undefined;
  measure: MeasureName;
  onMeasure: (measure: MeasureName) => void;
  pair: readonly [number, number] | undefined;
  onPair: (pair: [number, number]) => void;
  actions?: ReactNode;
}

/** How far raters agree: every two of them as a heat map, all of them together, and two in detail. */
export function AgreementPanels(props: AgreementProps) {
  const { agreement, name, measure, onMeasure, pair, onPair, actions } = props;
  const names = agreement.raters.map((rater) => nameOf(rater, name));
  const chosen =
    agreement.pairs.find(({ raters }) => raters[0] === pair?.[0] && raters[1] === pair?.[1]) ?? agreement.pairs[0];
  return (
    <>
      <Panel
        title="Every two raters"
        note="over the things that both judged"
        actions={
          <>
            <Segments
              label="Measure"
              value={measure}
              options={Object.entries(MEASURE_WORDS).map(([value, words]) => ({
                value: value as MeasureName,
                ...words,
              }))}
              onChange={onMeasure}
            />
            {actions}
          </>
        }
      >
        <div className={css.stack}>
          <HeatMap
            label={MEASURE_WORDS[measure].title}
            columns={names}
            rows={names.map((rater, row) => ({
              name: rater,
              tiles: names.map((_other, column) => tileOf({ agreement, measure, row, column, chosen, onPair })),
            }))}
          />
          <p className={css.small}>
            {MEASURE_WORDS[measure].title}, with its interval of 95 % and n. Each thing weighs by how it came to be
            judged by both. A pair that is pressed is shown in detail below.
          </p>
        </div>
      </Panel>
      <div className={css.two}>
        <Together agreement={agreement} />
        <Leniency biases={agreement.biases} names={names} />
      </div>
      {chosen && <PairPanel pair={chosen} names={[names[chosen.raters[0]] ?? "", names[chosen.raters[1]] ?? ""]} />}
    </>
  );
}

interface TileOf {
  agreement: Agreement;
  measure: MeasureName;
  row: number;
  column: number;
  chosen: PairAgreement | undefined;
  onPair: AgreementProps["onPair"];
}

/** One tile: the measure of two raters with its interval and n; the diagonal says nothing. */
function tileOf({ agreement, measure, row, column, chosen, onPair }: TileOf): Tile {
  const [first, second] = row < column ? [row, column] : [column, row];
  const pair = agreement.pairs.find(({ raters }) => raters[0] === first && raters[1] === second);
  if (row === column || !pair) return { text: "", strength: null };
  const found = pair[measure];
  return {
    text: <TileText found={found} n={pair.n} pressed={pair === chosen} onPress={() => onPair([first, second])} />,
    strength: found.value == null ? null : Math.max(0, found.value),
    title: found.reason ?? undefined,
  };
}

function TileText(props: { found: Measure; n: number; pressed: boolean; onPress: () => void }) {
  const { found, n, pressed, onPress } = props;
  return (
    <button type="button" className={css.tile} aria-pressed={pressed} onClick={onPress}>
      <strong>{score(found.value)}</strong>
      <small>{found.value == null ? (found.reason ?? "not defined") : interval(found.low, found.high)}</small>
      <small>n {count(n)}</small>
    </button>
  );
}

/** Krippendorff's alpha of all raters at once. */
function Together({ agreement: { alpha, scale, raters } }: { agreement: Agreement }) {
  return (
    <Panel title="All together" note={`${count(raters.length)} raters, each of whom may have judged only some things`}>
      <div className={parts.stats}>
        <Stat
          label={`Krippendorff’s alpha, ${scale}`}
          value={score(alpha.value)}
          note={`${alpha.reason ?? interval(alpha.low, alpha.high)} · n ${count(alpha.n)} things that several judged`}
        />
        <p className={css.small}>
          1 is full agreement, 0 what chance would give. It is low by design where nearly everything is of one category:
          look at the shares. Agreement is not correctness: raters may agree on what is wrong.
        </p>
      </div>
    </Panel>
  );
}

/** How much higher each rater scores than the raters do on average, on the same things. */
function Leniency({ biases, names }: { biases: readonly RaterBias[]; names: readonly string[] }) {
  return (
    <Panel title="Who is lenient" note="against the raters’ average, on the same things">
      {biases.length === 0 ? (
        <p className={css.small}>Nobody can be told to be: the raters do not give numbers, or not of one kind.</p>
      ) : (
        <div className={css.stack}>
          <Intervals
            label="How much higher each rater scores"
            reference={0}
            write={signed}
            rows={biases.map(({ rater, bias, adjusted_p, flagged }) => ({
              key: String(rater),
              label: names[rater] ?? "",
              ...endsOf(ofMeasure(bias)),
              note: (
                <span className={css.sliceNote}>
                  {flagged && <Badge tone="accent">flagged</Badge>}n {count(bias.n)} · adjusted p {pValue(adjusted_p)}
                </span>
              ),
            }))}
          />
          <p className={css.small}>
            {count(biases.length)} raters are {count(biases.length)} looks: flagged is whose p-value, adjusted for all
            of them, is at most 0.1.
          </p>
        </div>
      )}
    </Panel>
  );
}

/** Two raters in detail: who scores higher, each measure there is, and how often they say what. */
export function PairPanel({ pair, names }: { pair: PairAgreement; names: readonly [string, string] }) {
  const [first, second] = names;
  return (
    <Panel title={`${first} and ${second}`} note={`n ${count(pair.n)} judged by both`}>
      <div className={css.two}>
        <div className={css.stack}>
          <h3>Who scores higher</h3>
          {pair.bias?.difference == null ? (
            <p className={css.small}>
              Nobody: {pair.n === 0 ? "nothing was judged by both" : "categories have no size"}.
            </p>
          ) : (
            <Intervals
              label={`${second} minus ${first}`}
              reference={0}
              write={signed}
              rows={[
                {
                  key: "bias",
                  label: `${second} − ${first}`,
                  ...endsOfDifference(pair.bias),
                  note: `n ${count(pair.bias.n_a)} · ${METHODS[pair.bias.method ?? "none"]}`,
                },
              ]}
            />
          )}
          <h3>Measures</h3>
          <Facts
            rows={[
              ...Object.entries(MEASURE_WORDS).map(([key, { title }]) => {
                const found = pair[key as MeasureName];
                const told =
                  found.value == null ? <Reason key={key} found={found} /> : <Trust key={key} of={ofMeasure(found)} />;
                return [title, told] as const;
              }),
              pair.mean_distance !== null && [
                "How far apart on average",
                `${score(pair.mean_distance)}, without an interval`,
              ],
            ]}
          />
        </div>
        <div className={css.stack}>
          <h3>What they said</h3>
          <Confusion pair={pair} names={names} />
        </div>
      </div>
    </Panel>
  );
}

function Reason({ found }: { found: Measure }) {
  return <span className={css.small}>none: {found.reason ?? "not defined"}</span>;
}
