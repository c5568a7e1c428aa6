import type { CallSeries } from "@/api";
import type { Scope } from "../scope";
import { CallChart } from "./CallChart";
import { CHARTS, REQUESTS } from "./catalogue";
import css from "./charts.module.css";

/** All charts of calls, of one answer. */
export function Charts({ series, compare, scope }: { series: CallSeries; compare: boolean; scope: Scope }) {
  return (
    <div className={css.charts}>
      {[REQUESTS, ...CHARTS].map((kind) => (
        <CallChart
          key={kind.id}
          kind={kind}
          series={series}
          compare={compare}
          scope={scope}
          height={kind === REQUESTS ? 150 : undefined}
        />
      ))}
    </div>
  );
}
