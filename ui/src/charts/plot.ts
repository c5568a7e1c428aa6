/** What uPlot is told: pure functions from lines to its options and columns. */

import uPlot from "uplot";
import type { Bucket } from "@/data/window";
import { tick } from "@/format/times";
import { type Ink, paled, resolved } from "./colors";
import { type Banded, drawn, withinReach } from "./reach";
import { splits } from "./splits";

/** One thing over time. `low` and `high` are drawn as a band; a null is a gap, and stays one. */
export interface Line extends Banded {
  label: string;
  ink: Ink;
  /** How many observations stand behind each value. */
  counts?: readonly (number | null)[];
  dashed?: boolean;
  /** Among bars: a line of steps over them, which is no part of their sum. */
  over?: boolean;
}

export interface Mark {
  at: number;
  label: string;
  /** Between which moments it may lie as well. */
  from?: number;
  to?: number;
}

export interface Plot {
  /** The start of each bucket, in seconds. */
  starts: readonly number[];
  /** Where the last bucket ends, in seconds. */
  end: number;
  lines: readonly Line[];
  write: (value: number) => string;
  zone: string;
  bucket: Bucket;
  bars: boolean;
  fromZero: boolean;
  filling?: readonly boolean[];
  /** Which buckets lie within the window only in part. */
  cut?: readonly boolean[];
  marks?: readonly Mark[];
  /** Charts of one name show the moment that is pointed at in any of them. */
  group?: string;
}

/** Why a bucket does not say all; empty where it does. */
export function stateOf({ filling, cut }: Plot, index: number): string {
  return [cut?.[index] && "cut by the window", filling?.[index] && "still filling"].filter(Boolean).join(", ");
}

type Column = (number | null)[];

/** Values summed up from below, for bars that stand on one another; the last line comes first. */
export function stacked(lines: readonly Line[]): Column[] {
  const sums: Column[] = [];
  let below: Column = [];
  for (const line of lines) {
    below = line.values.map((value, index) => {
      const base = below[index] ?? 0;
      return value === null && below[index] == null ? null : base + (value ?? 0);
    });
    sums.push(below);
  }
  return sums;
}

const overOf = (lines: readonly Line[]) => lines.filter((line) => line.over);

/** The lines that bars stand for. */
export const stackOf = (lines: readonly Line[]) => lines.filter((line) => !line.over);

/** uPlot's columns: the time, then per line its value and, where it has a band, its ends. */
export function columns(plot: Plot): uPlot.AlignedData {
  const times = [...plot.starts];
  if (plot.bars) {
    const over = overOf(plot.lines).map((line) => [...line.values]);
    return [times, ...stacked(stackOf(plot.lines)).reverse(), ...over] as uPlot.AlignedData;
  }
  const rest = plot.lines
    .map(drawn)
    .flatMap((line) =>
      line.low && line.high ? [[...line.values], [...line.high], [...line.low]] : [[...line.values]],
    );
  return [times, ...rest] as uPlot.AlignedData;
}

/** The indices of points that have a gap on either side: a line would not show them. */
export function isolated(values: readonly (number | null | undefined)[]): number[] {
  return values.flatMap((value, index) =>
    value != null && values[index - 1] == null && values[index + 1] == null ? [index] : [],
  );
}

export function options(plot: Plot, at: HTMLElement, size: { width: number; height: number }): uPlot.Options {
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  if (plot.bars) {
    for (const line of stackOf(plot.lines).reverse()) series.push(barsOf(line, at));
    for (const line of overOf(plot.lines)) series.push(stepsOf(line, at));
  } else {
    for (const line of plot.lines.map(drawn)) {
      series.push(lineOf(line, at));
      if (!line.low || !line.high) continue;
      bands.push({ series: [series.length, series.length + 1], fill: resolved(at, line.ink, 0.16) });
      series.push(EDGE, EDGE);
    }
  }
  return {
    ...size,
    series,
    bands,
    // The last label stands under the right edge and needs half of its width there.
    padding: [8, 22, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 6 },
      drag: { x: true, y: false, setScale: false },
      ...(plot.group ? { sync: { key: plot.group, scales: ["x", null], filters: { pub: isMove } } } : {}),
      dataIdx: (u, _seriesIdx, closest) => (plot.bars ? bucketAt(u, plot.starts, closest) : closest),
    },
    scales: {
      x: { time: true, range: () => [plot.starts[0] ?? 0, plot.end] },
      y: { range: (_u, low, high) => rangeOf(plot, low, high) },
    },
    axes: [xAxis(plot, at), yAxis(plot, at)],
  };
}

const isMove = (type: string) => type === "mousemove" || type === "mouseleave";

const EDGE: uPlot.Series = { show: true, stroke: "transparent", points: { show: false } };

function lineOf(line: Line, at: HTMLElement): uPlot.Series {
  const stroke = resolved(at, line.ink);
  return {
    label: line.label,
    stroke,
    width: 1.75,
    dash: line.dashed ? [5, 4] : undefined,
    points: {
      show: true,
      size: 5,
      fill: stroke,
      filter: (u, index) => isolated(u.data[index] as (number | null)[]),
    },
  };
}

function barsOf(line: Line, at: HTMLElement): uPlot.Series {
  return {
    label: line.label,
    stroke: "transparent",
    width: 0,
    // Each bar stands before the higher ones of its stack.
    fill: paled(at, line.ink, 0.85),
    points: { show: false },
    paths: uPlot.paths.bars?.({ size: [0.86, 120], align: 1 }),
  };
}

function stepsOf(line: Line, at: HTMLElement): uPlot.Series {
  return { ...lineOf(line, at), width: 1.25, points: { show: false }, paths: uPlot.paths.stepped?.({ align: 1 }) };
}

/** Bars stand to the right of their start: the bucket under the cursor, not the nearest start. */
function bucketAt(u: uPlot, starts: readonly number[], closest: number): number {
  const under = u.posToVal(u.cursor.left ?? 0, "x");
  const start = starts[closest];
  return start !== undefined && start > under && closest > 0 ? closest - 1 : closest;
}

function rangeOf(plot: Plot, lowest: number | null, highest: number | null): [number, number] {
  const [low, high] = plot.bars ? [lowest, highest] : withinReach(plot.lines, lowest, highest);
  if (low === null || high === null) return [0, 1];
  const floor = plot.fromZero ? Math.min(0, low) : low;
  const room = (high - floor || Math.abs(high) || 1) * 0.06;
  return [plot.fromZero && low >= 0 ? 0 : floor - room, high + room];
}

const FONT = '11px "Inter Variable", system-ui, sans-serif';

function xAxis(plot: Plot, at: HTMLElement): uPlot.Axis {
  return {
    stroke: resolved(at, "ink-3"),
    font: FONT,
    size: 26,
    gap: 4,
    space: 72,
    grid: { show: false },
    ticks: { stroke: resolved(at, "line"), width: 1, size: 4 },
    splits: (u, _axis, _low, _high, _step, space) => splits(plot.starts, u.bbox.width / devicePixelRatio, space, plot),
    values: (_u, at_) => at_.map((second) => tick(second, plot.zone, plot.bucket)),
  };
}

function yAxis(plot: Plot, at: HTMLElement): uPlot.Axis {
  return {
    stroke: resolved(at, "ink-3"),
    font: FONT,
    size: 56,
    gap: 6,
    space: 34,
    grid: { stroke: resolved(at, "line"), width: 1 },
    ticks: { show: false },
    values: (_u, values) => values.map((value) => plot.write(value)),
  };
}
