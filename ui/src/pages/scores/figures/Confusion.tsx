import type { PairAgreement } from "@/api";
import { HeatMap } from "@/charts/HeatMap";
import { Table, Trust } from "@/design";
import { count } from "@/format/numbers";
import css from "./figures.module.css";
import { ofMeasure } from "./trust";

interface ConfusionProps {
  pair: PairAgreement;
  /** What both raters are called; the first is taken as right where it matters. */
  names: readonly [string, string];
}

/** What one rater said where the other said something: the table, and each category by itself. */
export function Confusion({ pair, names: [first, second] }: ConfusionProps) {
  const { labels, confusion, categories, n } = pair;
  const largest = Math.max(1, ...confusion.flat());
  if (labels.length === 0) {
    return <p className={css.small}>No table: {pair.observed.reason ?? "nothing was judged by both"}.</p>;
  }
  return (
    <div className={css.stack}>
      <HeatMap
        label={`What ${second} said where ${first} said something`}
        corner={`${first} ↓  ${second} →`}
        columns={labels}
        rows={labels.map((name, row) => ({
          name,
          tiles: (confusion[row] ?? []).map((size, column) => ({
            text: count(size),
            strength: size / largest,
            title: `${first}: ${name}, ${second}: ${labels[column]}`,
          })),
        }))}
      />
      <p className={css.small}>n {count(n)} judged by both. On the diagonal they agree.</p>
      <Table
        label={`Each category, ${first} taken as right`}
        rows={categories}
        keyOf={({ category }) => category}
        columns={[
          { key: "category", title: "Category", cell: ({ category }) => category },
          { key: "recall", title: "Recall", cell: ({ recall }) => <Trust of={ofMeasure(recall)} /> },
          { key: "precision", title: "Precision", cell: ({ precision }) => <Trust of={ofMeasure(precision)} /> },
          { key: "f1", title: "F1", cell: ({ f1 }) => <Trust of={ofMeasure(f1)} /> },
        ]}
      />
      <p className={css.small}>
        Taken as right: {first}. Recall is the share of what {first} said that {second} said too.
      </p>
    </div>
  );
}
