import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import type { CallLine } from "@/api";
import { getCallSeriesOptions } from "@/api/@tanstack/react-query.gen";
import type { Ink } from "@/charts/colors";
import type { Line } from "@/charts/plot";
import { TimeChart } from "@/charts/TimeChart";
import { useWindow } from "@/data/now";
import { bucketFor } from "@/data/window";
import { useZone } from "@/data/zone";
import { Answered } from "@/design";
import { compact } from "@/format/numbers";
import { useZoom } from "@/shell/TimeRange";
import { type Asked, useAsked } from "./question";

const HEIGHT = 92;
const AT_MOST_EVERY_MS = 5000;

/** How each outcome is drawn, the lowest first: failures stand on the ground, where they can be compared. */
const OUTCOMES: readonly { value: string; label: string; ink: Ink }[] = [
  { value: "yes", label: "failed", ink: "bad" },
  { value: "cancelled", label: "cancelled", ink: "warn" },
  { value: "no", label: "succeeded", ink: "series-1" },
];

/** How many requests there were over time, and how they ended. Drawn over with the mouse, a stretch becomes the window. */
export function VolumeChart({ pulse }: { pulse: number }) {
  const asked = useAsked();
  const bucket = bucketFor(useWindow());
  const zone = useZone();
  const zoom = useZoom();
  const end = useMovingEnd(asked, pulse);
  const series = useQuery({
    ...getCallSeriesOptions({ body: { ...asked, end, bucket, zone, by: "error", top: OUTCOMES.length } }),
    placeholderData: (before) => before,
  });
  return (
    <Answered query={series} height={`${HEIGHT + 30}px`}>
      {({ data: { current } }) => <Drawn lines={current.lines} end={current.end} bucket={bucket} onBrush={zoom} />}
    </Answered>
  );
}

function Drawn(props: {
  lines: readonly CallLine[];
  end: string;
  bucket: ReturnType<typeof bucketFor>;
  onBrush: (start: Date, end: Date) => void;
}) {
  const { lines, end, bucket, onBrush } = props;
  const starts = useMemo(() => lines[0]?.points.map((point) => point.start) ?? [], [lines]);
  const drawn = useMemo(() => linesOf(lines), [lines]);
  return (
    <TimeChart
      label="Requests over time"
      starts={starts}
      end={end}
      bucket={bucket}
      lines={drawn}
      write={compact}
      height={HEIGHT}
      bars
      fromZero
      onBrush={onBrush}
    />
  );
}

/** The lines of a chart: one for each outcome that there was. */
export function linesOf(lines: readonly CallLine[]): Line[] {
  return OUTCOMES.flatMap(({ value, label, ink }) => {
    const found = lines.find((line) => line.value === value);
    return found ? [{ label, ink, values: found.points.map((point) => point.n) }] : [];
  });
}

/** The end of the window, which goes on while calls come in live; a question every few seconds at most. */
function useMovingEnd({ end }: Asked, pulse: number): string {
  const [moved, setMoved] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another window ends where it says
  useEffect(() => setMoved(null), [end]);
  useEffect(() => {
    if (pulse === 0) return;
    const timer = setTimeout(() => setMoved(new Date().toISOString()), AT_MOST_EVERY_MS);
    return () => clearTimeout(timer);
  }, [pulse]);
  return moved !== null && moved > end ? moved : end;
}
