import type { CallSeries } from "@/api";
import { isOfOneUser, type Scope } from "../scope";
import { CallChart } from "./CallChart";
import { CHARTS, REQUESTS } from "./catalogue";
import css from "./charts.module.css";

/** All charts of calls, of one answer. */
export function Charts({ series, compare, scope }: { series: CallSeries; compare: boolean; scope: Scope }) {
  const kinds = isOfOneUser(scope) ? CHARTS.filter(({ id }) => id !== "users") : CHARTS;
  return (
    <div className={css.charts}>
      {[REQUESTS, ...kinds].map((kind) => (
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
