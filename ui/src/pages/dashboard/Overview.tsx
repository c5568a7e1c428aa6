import { ChartSpline } from "lucide-react";
import type { CallSeries } from "@/api";
import { Answered, ButtonLink, Empty, Panel } from "@/design";
import type { PutSearch } from "./Controls";
import { Charts } from "./charts/Charts";
import { SplitLegend } from "./charts/SplitLegend";
import css from "./dashboard.module.css";
import { Numbers } from "./numbers/Numbers";
import { type Scope, useAsked } from "./scope";
import type { OverviewSearch } from "./search";
import { useCallSeries } from "./useCallSeries";

interface OverviewProps {
  scope: Scope;
  search: OverviewSearch;
  put: PutSearch;
  /** What is said where there is no call. */
  nothing: string;
}

/** Numbers and charts of some calls, all from one answer. */
export function Overview({ scope, search, put, nothing }: OverviewProps) {
  const series = useCallSeries(useAsked(scope), search);
  return (
    <div className={css.overview} data-old={series.isPlaceholderData || undefined}>
      <Answered query={series} height="40rem">
        {({ data }) => <Told series={data} scope={scope} search={search} put={put} nothing={nothing} />}
      </Answered>
    </div>
  );
}

function Told({ series, scope, search, put, nothing }: OverviewProps & { series: CallSeries }) {
  const { current, previous } = series;
  if (!current.total || current.total.n === 0) return <Nothing text={nothing} filtered={scope.filter !== undefined} />;
  return (
    <>
      <Numbers now={current.total} before={previous?.total ?? null} scope={scope} />
      <SplitLegend series={series} filter={scope.filter} onNarrow={(filter) => put({ filter })} />
      <Charts series={series} compare={search.compare ?? false} scope={scope} />
    </>
  );
}

function Nothing({ text, filtered }: { text: string; filtered: boolean }) {
  return (
    <Panel>
      <Empty
        icon={<ChartSpline size={28} aria-hidden />}
        title={filtered ? "No request meets the filter in this time" : "No requests in this time"}
        action={filtered ? undefined : <ButtonLink to="/requests">See all requests</ButtonLink>}
      >
        {filtered ? "Another filter or a longer time may have some." : text}
      </Empty>
    </Panel>
  );
}
