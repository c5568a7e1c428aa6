import { useQuery } from "@tanstack/react-query";
import type { AverageRow, HistogramRow, SessionMetrics } from "@/api";
import { getMetricsOptions } from "@/api/@tanstack/react-query.gen";
import { SmallHistogram } from "@/charts/SmallHistogram";
import { Answered, Explained } from "@/design";
import { compact, count, duration, money } from "@/format/numbers";
import type { SessionsSearch } from "../search";
import css from "./list.module.css";
import { useSpreadQuestion } from "./question";

/** How the sessions of the list are spread: by calls, by duration, by cost. */
export function Spreads({ search }: { search: SessionsSearch }) {
  const found = useQuery({
    ...getMetricsOptions({ body: useSpreadQuestion(search) }),
    placeholderData: (before) => before,
  });
  return (
    <div className={css.spreads}>
      <Answered query={found} height="6.5rem">
        {({ data }) => SPREADS.map((spread) => <Spread key={spread.title} spread={spread} metrics={data} />)}
      </Answered>
    </div>
  );
}

interface Spreading {
  title: string;
  rows: (metrics: SessionMetrics) => readonly HistogramRow[];
  average: (metrics: SessionMetrics) => AverageRow | undefined;
  write: (value: number | null) => string;
}

const SECONDS = 1000;

const SPREADS: readonly Spreading[] = [
  {
    title: "Calls per session",
    rows: (metrics) => metrics.session_count,
    average: ({ average }) => average.session_count[0],
    write: compact,
  },
  {
    title: "Duration",
    rows: (metrics) => metrics.session_duration,
    average: ({ average }) => average.session_duration[0],
    write: (seconds) => duration(seconds === null ? null : seconds * SECONDS),
  },
  {
    title: "Cost per session",
    rows: (metrics) => metrics.session_cost,
    average: ({ average }) => average.session_cost[0],
    write: money,
  },
];

function Spread({ spread, metrics }: { spread: Spreading; metrics: SessionMetrics }) {
  const { title, write } = spread;
  const stretches = spread
    .rows(metrics)
    .map(({ range_start, range_end, value }) => ({ from: Number(range_start), to: Number(range_end), n: value }));
  const { average = null, n = 0 } = spread.average(metrics) ?? {};
  return (
    <section className={css.spread}>
      <header>
        <h2>{title}</h2>
        <Explained by={`The mean over ${count(n)} sessions. The picture leaves out the hundredth that is largest.`}>
          mean {write(average)} <small>n {count(n)}</small>
        </Explained>
      </header>
      {stretches.length === 0 ? (
        <p className={css.quiet}>not known of any session</p>
      ) : (
        <SmallHistogram label={`${title}, spread`} stretches={stretches} write={write} />
      )}
    </section>
  );
}
