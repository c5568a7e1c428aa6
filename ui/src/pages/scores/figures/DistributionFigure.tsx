import type { Bin, Distribution } from "@/api";
import { Histogram } from "@/charts/Histogram";
import { Intervals } from "@/charts/Intervals";
import { Datum } from "@/charts/Values";
import { Empty, Table } from "@/design";
import { count, score } from "@/format/numbers";
import css from "./figures.module.css";

/** How the values are spread: bins and quantiles of numbers, shares of categories. */
export function DistributionFigure({ distribution, asTable }: { distribution: Distribution; asTable: boolean }) {
  if (distribution.n === 0) return <Empty title="No scores in this time" />;
  if (distribution.shares.length > 0) {
    return asTable ? <ShareTable of={distribution} /> : <Shares of={distribution} />;
  }
  return asTable ? <SpreadTables of={distribution} /> : <Spread of={distribution} />;
}

function Spread({ of: { name, bins, quantiles, n } }: { of: Distribution }) {
  return (
    <div className={css.stack}>
      <Histogram label={`Scores of ${name} by value`} bins={bins.map((bin) => ({ label: labelOf(bin), n: bin.n }))} />
      <Intervals
        label={`Quantiles of ${name}`}
        rows={quantiles.map(({ q, value, low, high }) => ({
          key: String(q),
          label: q === 0.5 ? "median" : `${Number((q * 100).toFixed(2))} % lie at or below`,
          value,
          low,
          high,
        }))}
      />
      <p className={css.small}>
        n {count(n)}. Intervals of quantiles assume no distribution, and independent scores: of scores that come in
        sessions they are too narrow.
      </p>
    </div>
  );
}

function labelOf({ low, high }: Bin): string {
  return `${score(low)} to ${score(high)}`;
}

function SpreadTables({ of: { name, bins, quantiles } }: { of: Distribution }) {
  return (
    <div className={css.stack}>
      <Table
        label={`Scores of ${name} by value`}
        rows={bins}
        keyOf={(bin) => String(bin.low)}
        columns={[
          { key: "low", title: "From", align: "end", cell: (bin) => <Datum value={bin.low} write={score} /> },
          { key: "high", title: "To below", align: "end", cell: (bin) => <Datum value={bin.high} write={score} /> },
          { key: "n", title: "n", align: "end", cell: (bin) => <Datum value={bin.n} write={count} /> },
        ]}
      />
      <Table
        label={`Quantiles of ${name}`}
        rows={quantiles}
        keyOf={(quantile) => String(quantile.q)}
        columns={[
          { key: "q", title: "Share at or below", align: "end", cell: ({ q }) => <Datum value={q} write={score} /> },
          { key: "value", title: "Value", align: "end", cell: ({ value }) => <Datum value={value} write={score} /> },
          { key: "low", title: "from", align: "end", cell: ({ low }) => <Datum value={low} write={score} /> },
          { key: "high", title: "to", align: "end", cell: ({ high }) => <Datum value={high} write={score} /> },
        ]}
      />
    </div>
  );
}

function Shares({ of: { name, shares, n } }: { of: Distribution }) {
  return (
    <div className={css.stack}>
      <Intervals
        label={`Shares of ${name}`}
        rows={shares.map(({ category, n: size, share, low, high }) => ({
          key: category,
          label: category,
          value: share,
          low,
          high,
          note: `n ${count(size)}`,
        }))}
      />
      <p className={css.small}>
        n {count(n)}. Shares of the scores as they are: not weighted by how they were drawn, and taken as independent.
      </p>
    </div>
  );
}

function ShareTable({ of: { name, shares } }: { of: Distribution }) {
  return (
    <Table
      label={`Shares of ${name}`}
      rows={shares}
      keyOf={({ category }) => category}
      columns={[
        { key: "category", title: "Category", cell: ({ category }) => category },
        { key: "n", title: "n", align: "end", cell: ({ n }) => <Datum value={n} write={count} /> },
        { key: "share", title: "Share", align: "end", cell: ({ share }) => <Datum value={share} write={score} /> },
        { key: "low", title: "from", align: "end", cell: ({ low }) => <Datum value={low} write={score} /> },
        { key: "high", title: "to", align: "end", cell: ({ high }) => <Datum value={high} write={score} /> },
      ]}
    />
  );
}
