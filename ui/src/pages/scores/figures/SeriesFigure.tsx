import { useMemo } from "react";
import type { ScoreSeries } from "@/api";
import type { Line, Mark } from "@/charts/plot";
import { TimeChart } from "@/charts/TimeChart";
import type { Bucket } from "@/data/window";
import { Empty } from "@/design";
import { score } from "@/format/numbers";

interface SeriesProps {
  series: ScoreSeries;
  end: string;
  bucket: Bucket;
  marks?: readonly Mark[];
  height?: number;
  onBrush?: (start: Date, end: Date) => void;
}

/** A score over time with its band and n; what is still filling is striped. */
export function SeriesFigure({ series, end, bucket, marks, height, onBrush }: SeriesProps) {
  const { name, kind, points } = series;
  const starts = useMemo(() => points.map((point) => point.start), [points]);
  const filling = useMemo(() => points.map((point) => point.filling ?? false), [points]);
  const lines = useMemo<Line[]>(
    () => [
      {
        label: kind === "boolean" ? `rate of ${name}` : `mean of ${name}`,
        ink: "series-1",
        values: points.map((point) => point.mean),
        low: points.map((point) => point.low),
        high: points.map((point) => point.high),
        counts: points.map((point) => point.n),
      },
    ],
    [points, name, kind],
  );
  if (points.every((point) => point.n === 0)) {
    return <Empty title="No scores in this time">Widen the time, or take something off the filter.</Empty>;
  }
  return (
    <TimeChart
      label={`${name} over time`}
      starts={starts}
      end={end}
      bucket={bucket}
      lines={lines}
      filling={filling}
      marks={marks}
      write={score}
      height={height}
      onBrush={onBrush}
    />
  );
}
