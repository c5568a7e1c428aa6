import type { FilterState } from "@/data/filter";
import { Answered, Select } from "@/design";
import { CallChart } from "../charts/CallChart";
import { CHARTS, REQUESTS } from "../charts/catalogue";
import { SplitLegend } from "../charts/SplitLegend";
import { type Scope, useAsked } from "../scope";
import { useCallSeries } from "../useCallSeries";
import css from "./segments.module.css";

const KINDS = [REQUESTS, ...CHARTS];

interface SplitChartProps {
  scope: Scope;
  /** The dimension whose largest values are lines. */
  by: string;
  /** Which chart is shown, by its id; the first where there is none of it. */
  show: string | undefined;
  onShow: (show: string | undefined) => void;
  onNarrow: (filter: FilterState) => void;
}

/** One chart of calls over time, a line for each of the largest values of a dimension. */
export function SplitChart({ scope, by, show, onShow, onNarrow }: SplitChartProps) {
  const series = useCallSeries(useAsked(scope), { by });
  const kind = KINDS.find(({ id }) => id === show) ?? REQUESTS;
  return (
    <div className={css.split} data-old={series.isPlaceholderData || undefined}>
      <Answered query={series} height="16rem">
        {({ data }) =>
          data.current.total?.n ? (
            <>
              <SplitLegend series={data} filter={scope.filter} onNarrow={onNarrow} />
              <CallChart
                kind={kind}
                series={data}
                compare={false}
                scope={scope}
                height={190}
                choice={
                  <Select
                    label="What the chart shows"
                    lead="show"
                    value={kind.id}
                    options={KINDS.map(({ id, title }) => ({ value: id, label: title.toLowerCase() }))}
                    onChange={(id) => onShow(id === REQUESTS.id ? undefined : id)}
                  />
                }
              />
            </>
          ) : null
        }
      </Answered>
    </div>
  );
}
