import { ChartLine, Table2 } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "@/data/theme";
import type { Bucket } from "@/data/window";
import { useZone } from "@/data/zone";
import { IconButton } from "@/design";
import { count, interval } from "@/format/numbers";
import { brief } from "@/format/times";
import css from "./charts.module.css";
import { drawAlone, drawFilling, drawMarks } from "./drawing";
import { type Picked, pickAt } from "./pick";
import { columns, type Line, type Mark, options, type Plot, stateOf } from "./plot";
import { isCutOff } from "./reach";
import { Values } from "./Values";

interface TimeChartProps {
  /** What is drawn, in words: the name of the picture. */
  label: string;
  /** What stands before the legend in its line. */
  heading?: ReactNode;
  starts: readonly string[];
  /** Where the last bucket ends. */
  end: string | Date;
  lines: readonly Line[];
  write: (value: number) => string;
  bucket: Bucket;
  bars?: boolean;
  fromZero?: boolean;
  height?: number;
  /** Buckets whose values are still coming in. */
  filling?: readonly boolean[];
  marks?: readonly Mark[];
  /** Buckets of which only a part lies within the window. */
  cut?: readonly boolean[];
  /** Charts of one name show the moment that is pointed at in any of them. */
  group?: string;
  /** Without one where another stands for several charts. */
  legend?: boolean;
  /** Called with what was drawn over with the mouse. */
  onBrush?: (start: Date, end: Date) => void;
  /** Called with the bucket that was pressed, and the line in it; the table has the same to press. */
  onPick?: (picked: Picked) => void;
}

/** Lines with bands, or bars on one another, over time. A gap is a gap. The same numbers can be had as a table. */
export function TimeChart(props: TimeChartProps) {
  const { label, starts, end, lines, write, bucket, bars = false, fromZero = false, height = 190 } = props;
  const { filling, cut, marks, group, legend = true, onBrush, onPick } = props;
  const zone = useZone();
  const [asTable, setAsTable] = useState(false);
  const plot = useMemo<Plot>(
    () => ({
      starts: starts.map((start) => Date.parse(start) / 1000),
      end: new Date(end).getTime() / 1000,
      lines,
      write,
      zone,
      bucket,
      bars,
      fromZero,
      filling,
      cut,
      marks,
      group,
    }),
    [starts, end, lines, write, zone, bucket, bars, fromZero, filling, cut, marks, group],
  );
  return (
    <figure className={css.chart} aria-label={label}>
      <div className={css.toolbar}>
        {props.heading}
        <Legend lines={legend ? lines : NO_LINES} filling={filling} />
        <IconButton label={asTable ? "Show as a chart" : "Show as a table"} onClick={() => setAsTable(!asTable)}>
          {asTable ? <ChartLine /> : <Table2 />}
        </IconButton>
      </div>
      {asTable ? (
        <Values label={label} plot={plot} onPick={onPick} />
      ) : (
        <>
          <Drawing label={label} plot={plot} height={height} onBrush={onBrush} onPick={onPick} />
          {!bars && isCutOff(lines) && (
            <p className={css.cut}>
              Where n is small an interval is wide: one reaches beyond the edge. The table has it whole.
            </p>
          )}
        </>
      )}
    </figure>
  );
}

const NO_LINES: readonly Line[] = [];

/** What several dashed lines have in common: each is told apart by the colour of the line that it belongs to. */
const BEFORE = { label: "before", ink: "ink-3", dashed: true } as const;

function Legend({ lines, filling }: { lines: readonly Line[]; filling?: readonly boolean[] }) {
  const dashed = lines.filter((line) => line.dashed);
  const told = dashed.length > 1 ? [...lines.filter((line) => !line.dashed), BEFORE] : lines;
  return (
    <ul className={css.legend}>
      {told.map((line) => (
        <li key={line.label}>
          <span className={css.swatch} data-dashed={line.dashed || undefined} style={{ color: `var(--${line.ink})` }} />
          {line.label}
        </li>
      ))}
      {filling?.some(Boolean) && (
        <li>
          <span className={css.hatch} />
          still filling
        </li>
      )}
    </ul>
  );
}

interface Hover {
  index: number;
  left: number;
  right: boolean;
}

interface DrawingProps {
  label: string;
  plot: Plot;
  height: number;
  onBrush?: (start: Date, end: Date) => void;
  onPick?: (picked: Picked) => void;
}

function Drawing({ label, plot, height, onBrush, onPick }: DrawingProps) {
  const place = useRef<HTMLDivElement>(null);
  const called = useRef({ onBrush, onPick });
  called.current = { onBrush, onPick };
  const [hover, setHover] = useState<Hover | null>(null);
  const theme = useTheme();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that are resolved
  useEffect(() => {
    const at = place.current;
    if (!at) return;
    const made = options(plot, at, { width: at.clientWidth, height });
    made.hooks = {
      drawClear: [(u) => drawFilling(u, plot, at)],
      draw: [(u) => drawAlone(u, plot, at), (u) => drawMarks(u, plot, at)],
      // What is pointed at in another chart of the group moves this one's line alone.
      setCursor: [(u) => setHover(at.matches(":hover") ? hoverOf(u) : null)],
      setSelect: [
        (u) => {
          const { left, width } = u.select;
          if (width > DRAGGED) called.current.onBrush?.(momentAt(u, left), momentAt(u, left + width));
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    };
    const drawn = new uPlot(made, columns(plot), at);
    const unwatch = watchPresses(drawn, () => {
      const picked = pickAt(drawn, plot);
      if (picked) called.current.onPick?.(picked);
    });
    const watch = new ResizeObserver(() => drawn.setSize({ width: at.clientWidth, height }));
    watch.observe(at);
    return () => {
      watch.disconnect();
      unwatch();
      drawn.destroy();
    };
  }, [plot, height, theme]);

  return (
    <div className={css.place} data-brush={onBrush ? "" : undefined}>
      <div ref={place} role="img" aria-label={label} style={{ blockSize: height }} />
      {hover && <Readout plot={plot} hover={hover} pressable={onPick !== undefined} />}
    </div>
  );
}

/** How far the mouse goes before a press is a stretch. */
const DRAGGED = 4;

function watchPresses(u: uPlot, onPress: () => void): () => void {
  let from = 0;
  const down = (event: MouseEvent) => {
    from = event.clientX;
  };
  const up = (event: MouseEvent) => {
    if (event.button === 0 && Math.abs(event.clientX - from) <= DRAGGED) onPress();
  };
  u.over.addEventListener("mousedown", down);
  u.over.addEventListener("mouseup", up);
  return () => {
    u.over.removeEventListener("mousedown", down);
    u.over.removeEventListener("mouseup", up);
  };
}

function momentAt(u: uPlot, left: number): Date {
  return new Date(u.posToVal(left, "x") * 1000);
}

function hoverOf(u: uPlot): Hover | null {
  const { idx, left } = u.cursor;
  if (idx == null || left == null || left < 0) return null;
  return { index: idx, left: left + u.bbox.left / devicePixelRatio, right: left > u.bbox.width / devicePixelRatio / 2 };
}

function Readout({ plot, hover, pressable }: { plot: Plot; hover: Hover; pressable: boolean }) {
  const { index, left, right } = hover;
  const start = plot.starts[index];
  if (start === undefined) return null;
  return (
    <div className={css.readout} data-right={right || undefined} style={{ insetInlineStart: left }}>
      <p className={css.when}>
        {brief(new Date(start * 1000), plot.zone)}
        {stateOf(plot, index) && ` · ${stateOf(plot, index)}`}
      </p>
      {plot.lines.map((line) => (
        <p key={line.label} className={css.reading}>
          <span className={css.swatch} data-dashed={line.dashed || undefined} style={{ color: `var(--${line.ink})` }} />
          <span className={css.name}>{line.label}</span>
          <span>{reading(line, index, plot.write)}</span>
        </p>
      ))}
      {pressable && <p className={css.press}>Press for the requests; draw over a stretch to zoom.</p>}
    </div>
  );
}

/** "0.82 (0.79 to 0.85) n 412", or that there is nothing. */
export function reading(line: Line, index: number, write: (value: number) => string): string {
  const value = line.values[index];
  if (value == null) return "nothing here";
  const band = line.low?.[index] == null ? "" : ` (${interval(line.low[index], line.high?.[index], write)})`;
  const n = line.counts?.[index] == null ? "" : `  n ${count(line.counts[index])}`;
  return `${write(value)}${band}${n}`;
}
