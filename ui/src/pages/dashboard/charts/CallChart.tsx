import { type ReactNode, useMemo } from "react";
import type { CallSeries } from "@/api";
import { TimeChart } from "@/charts/TimeChart";
import type { Condition } from "@/data/filter";
import { Panel } from "@/design";
import { count } from "@/format/numbers";
import { useZoom } from "@/shell/TimeRange";
import { conditionOf } from "../dimensions";
import { type Scope, useOpenRequests } from "../scope";
import type { CallChartKind } from "./catalogue";
import css from "./charts.module.css";
import { hasBars, linesOf } from "./lines";

interface CallChartProps {
  kind: CallChartKind;
  series: CallSeries;
  compare: boolean;
  scope: Scope;
  height?: number;
  /** What stands beside the title: a choice of another chart, for instance. */
  choice?: ReactNode;
}

/** One of the charts of calls. Drawn over, a stretch becomes the window; pressed, a bucket leads to its requests. */
export function CallChart({ kind, series, compare, scope, height = 148, choice }: CallChartProps) {
  const zoom = useZoom();
  const open = useOpenRequests(scope);
  const split = series.by !== null;
  const { total } = series.current;
  const points = series.current.lines[0]?.points;
  const lines = useMemo(() => linesOf(kind, series, compare), [kind, series, compare]);
  const starts = useMemo(() => points?.map((point) => point.start) ?? [], [points]);
  const partial = useMemo(() => points?.map((point) => point.partial) ?? [], [points]);
  const title = split ? (kind.whole.title ?? kind.title) : kind.title;
  return (
    <Panel className={css.chart}>
      <TimeChart
        label={`${title} over time`}
        heading={
          <div className={css.heading}>
            <h2>{title}</h2>
            {total && <small>n {count(kind.whole.of(total).n)}</small>}
            {choice}
          </div>
        }
        starts={starts}
        end={series.current.end}
        bucket={series.bucket}
        lines={lines}
        write={kind.write}
        height={height}
        bars={hasBars(kind, split)}
        fromZero
        cut={partial}
        legend={!split && lines.length > 1}
        group="calls"
        onBrush={zoom}
        onPick={({ start, end, line }) => {
          const place = line ? lines.indexOf(line) : -1;
          open(conditionsOf(kind, series, lines[place]?.label, place), { start, end });
        }}
      />
    </Panel>
  );
}

/** What holds of the calls behind a line: of the value of a split, or of a part of the whole. */
export function conditionsOf(
  kind: CallChartKind,
  { by, current }: CallSeries,
  label: string | undefined,
  place: number,
): Condition[] {
  const value = current.lines[place]?.value;
  const condition =
    by === null
      ? kind.parts.find((part) => part.label === label)?.condition
      : value == null
        ? null
        : conditionOf(by, value);
  return condition ? [condition] : [];
}
