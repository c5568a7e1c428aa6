/** From the API's series to the lines of a chart. */

import type { CallLine, CallPeriod, CallPoint, CallSeries } from "@/api";
import { type Ink, SERIES } from "@/charts/colors";
import type { Line } from "@/charts/plot";
import { valueName } from "../dimensions";
import type { CallChartKind, Part, Reading } from "./catalogue";

/** What is not told apart any further is grey. */
const REST_INK: Ink = "series-8";

/** The colour of the nth line of a split; every chart has the same lines. */
export function inkOf(line: Pick<CallLine, "rest">, place: number): Ink {
  return line.rest ? REST_INK : (SERIES[place % (SERIES.length - 1)] as Ink);
}

/** Whether a chart draws bars: what adds up over the lines that it has. */
export function hasBars(kind: CallChartKind, split: boolean): boolean {
  return Boolean(split ? kind.bars && kind.additive : kind.bars);
}

export function linesOf(kind: CallChartKind, { by, current, previous }: CallSeries, compare: boolean): Line[] {
  const before = compare ? previous : null;
  return by === null ? wholeLines(kind, current, before) : splitLines(kind, by, current, before);
}

function wholeLines(kind: CallChartKind, current: CallPeriod, before: CallPeriod | null): Line[] {
  const points = current.lines[0]?.points ?? [];
  const earlier = before ? aligned(points, before.lines[0]?.points ?? []) : null;
  // A part that no call has, such as tokens written to a cache, is not drawn.
  const parts = kind.parts.filter((part) => kind.parts.length === 1 || isThere(part, points));
  const lines = parts.map((part) => lineOf(part, part.label, part.ink, points, part.band));
  if (!earlier) return lines;
  if (kind.bars) return [...lines, beforeLine(kind.whole, "before", "ink", earlier, true)];
  const nameOf = (part: Part) => (parts.length === 1 ? "before" : `${part.label} before`);
  return [...lines, ...parts.map((part) => beforeLine(part, nameOf(part), part.ink, earlier, false))];
}

function splitLines(kind: CallChartKind, by: string, current: CallPeriod, before: CallPeriod | null): Line[] {
  const { whole } = kind;
  const lines = current.lines.map((line, place) =>
    lineOf(whole, valueName(line.value, by), inkOf(line, place), line.points, false),
  );
  if (!before) return lines;
  const earlier = before.lines.map((line, place) => aligned(current.lines[place]?.points ?? [], line.points));
  if (hasBars(kind, true)) return [...lines, sumLine(whole, earlier)];
  return [
    ...lines,
    ...before.lines.map((line, place) =>
      beforeLine(whole, `${valueName(line.value, by)} before`, inkOf(line, place), earlier[place] ?? [], false),
    ),
  ];
}

function isThere(part: Part, points: readonly CallPoint[]): boolean {
  return points.some((point) => part.of(point).value);
}

function lineOf(part: Part, label: string, ink: Ink, points: readonly CallPoint[], band = false): Line {
  const readings = points.map(part.of);
  const isBanded = readings.some(({ low, high }) => low != null || high != null);
  return {
    label,
    ink,
    values: readings.map(({ value }) => value),
    // Of a number of calls, n is what it says already.
    ...(part.counted === false ? {} : { counts: readings.map(({ n }) => n) }),
    ...(isBanded ? ends(readings) : {}),
    ...(isBanded && !band ? { bandless: true } : {}),
  };
}

function ends(readings: readonly Reading[]): Pick<Line, "low" | "high"> {
  return { low: readings.map(({ low }) => low ?? null), high: readings.map(({ high }) => high ?? null) };
}

type Aligned = readonly (CallPoint | undefined)[];

/** The points of the window before where they stand on the axis of this one. */
export function aligned(points: readonly CallPoint[], before: readonly CallPoint[]): Aligned {
  const standing = new Map(before.map((point) => [Date.parse(point.at), point]));
  return points.map((point) => standing.get(Date.parse(point.start)));
}

function beforeLine(part: Part, label: string, ink: Ink, earlier: Aligned, over: boolean): Line {
  const readings = earlier.map((point) => (point ? part.of(point) : null));
  return {
    label,
    ink,
    dashed: true,
    values: readings.map((reading) => reading?.value ?? null),
    counts: readings.map((reading) => reading?.n ?? null),
    ...(over ? { over } : {}),
  };
}

/** How high the bars of the window before stood: the sums of all its lines. */
function sumLine(part: Part, earlier: readonly Aligned[]): Line {
  const places = earlier[0]?.map((_none, place) => place) ?? [];
  const known = (place: number) =>
    earlier.flatMap((line) => {
      const point = line[place];
      const value = point ? part.of(point).value : null;
      return value === null ? [] : [value];
    });
  return {
    label: "all, before",
    ink: "ink",
    dashed: true,
    over: true,
    values: places.map((place) => {
      const values = known(place);
      return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) : null;
    }),
  };
}
