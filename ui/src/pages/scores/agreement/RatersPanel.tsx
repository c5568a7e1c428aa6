import { useQueries } from "@tanstack/react-query";
import type { Distribution, ScoreKind } from "@/api";
import { getScoreDistributionOptions, getScoreSeriesOptions } from "@/api/@tanstack/react-query.gen";
import { Intervals } from "@/charts/Intervals";
import { Panel, Problem, Skeleton, Table, Trust } from "@/design";
import { count } from "@/format/numbers";
import { endsOf, ofNumber } from "../figures/trust";
import { nameOf } from "../parts/RaterPicker";
import type { RaterState } from "../search";
import { isCounted, type SelectedScore, useScores } from "../selection";
import css from "./agreement.module.css";

interface RatersProps {
  selected: SelectedScore;
  raters: readonly RaterState[];
}

/** Each rater by themselves: how high they score, or which labels they give, over all that they judged. */
export function RatersPanel({ selected, raters }: RatersProps) {
  return isCounted(selected.kind) ? (
    <Means selected={selected} raters={raters} />
  ) : (
    <Labels selected={selected} raters={raters} />
  );
}

function asked(selected: SelectedScore, rater: RaterState, kind: ScoreKind) {
  const { start, end, filter } = selected;
  return {
    start,
    end,
    filter,
    name: rater.name ?? selected.name,
    kind,
    sources: rater.sources ?? [],
    authors: rater.authors ?? [],
  };
}

/** Whether every rater's answer has come, what failed, and the answers. */
function together<Data>(answers: { data: Data | undefined; error: unknown }[]) {
  return {
    error: answers.find((one) => one.error)?.error,
    data: answers.flatMap((one) => (one.data === undefined ? [] : [one.data])),
    isPending: answers.some((one) => one.data === undefined && !one.error),
  };
}

function Means({ selected, raters }: RatersProps) {
  const scores = useScores().data?.data ?? [];
  const kindOf = (rater: RaterState) => scores.find(({ name }) => name === rater.name)?.kind ?? selected.kind;
  const { error, data, isPending } = useQueries({
    queries: raters.map((rater) =>
      getScoreSeriesOptions({ body: { ...asked(selected, rater, kindOf(rater)), bucket: "year", total: true } }),
    ),
    combine: together,
  });
  return (
    <Panel title="How high each scores" note="over all that they judged, which need not be the same things">
      {error ? <Problem error={error} /> : null}
      {isPending && <Skeleton height="6rem" />}
      {!isPending && !error && (
        <Intervals
          label="The mean of each rater"
          rows={raters.flatMap((rater, place) => {
            const total = data[place]?.data.total;
            if (!total) return [];
            const of = ofNumber(total);
            return [
              {
                key: JSON.stringify(rater),
                label: nameOf(rater, selected.name),
                ...endsOf(of),
                note: `n ${count(of.n)}${of.warning ? ` · ${of.warning}` : ""}`,
              },
            ];
          })}
        />
      )}
    </Panel>
  );
}

interface LabelRow {
  category: string;
  of: readonly (Distribution["shares"][number] | undefined)[];
}

function Labels({ selected, raters }: RatersProps) {
  const { error, data, isPending } = useQueries({
    queries: raters.map((rater) => getScoreDistributionOptions({ body: asked(selected, rater, selected.kind) })),
    combine: together,
  });
  const shares = data.map((one) => one.data.shares);
  const categories = [...new Set(shares.flatMap((of) => of.map(({ category }) => category)))].sort();
  const rows: LabelRow[] = categories.map((category) => ({
    category,
    of: shares.map((of) => of.find((one) => one.category === category)),
  }));
  return (
    <Panel title="Which labels each gives" note="shares of all that they judged" flush>
      {error ? <Problem error={error} /> : null}
      {isPending ? (
        <Skeleton height="6rem" />
      ) : (
        <Table<LabelRow>
          label="Shares of labels by rater"
          rows={rows}
          keyOf={({ category }) => category}
          columns={[
            { key: "category", title: "Label", cell: ({ category }) => category },
            ...raters.map((rater, place) => ({
              key: JSON.stringify(rater),
              title: nameOf(rater, selected.name),
              cell: ({ of }: LabelRow) => <ShareCell share={of[place]} />,
            })),
          ]}
        />
      )}
    </Panel>
  );
}

function ShareCell({ share }: { share: Distribution["shares"][number] | undefined }) {
  if (!share) return <span className={css.never}>never</span>;
  const { share: mean, low, high, n } = share;
  return <Trust of={{ mean, low, high, n, method: "Wilson’s interval" }} />;
}
