import { withinReach } from "./reach";

interface SparkProps {
  values: readonly (number | null)[];
  /** The ends of each value's interval: drawn as a band. */
  low?: readonly (number | null)[];
  high?: readonly (number | null)[];
  label: string;
  width?: number;
  height?: number;
}

const EDGE = 2;

/** A line as small as a word: the shape of a series, without its numbers. Gaps stay gaps. */
export function Spark({ values, low, high, label, width = 96, height = 22 }: SparkProps) {
  const known = [...values, ...(low ?? []), ...(high ?? [])].filter((value): value is number => value != null);
  if (known.length === 0) return null;
  const [least, most] = withinReach([{ values, low, high }], Math.min(...known), Math.max(...known)) as [
    number,
    number,
  ];
  const span = most - least || 1;
  const x = (index: number) =>
    (values.length < 2 ? width / 2 : (index / (values.length - 1)) * (width - 2 * EDGE) + EDGE).toFixed(1);
  const y = (value: number) => (height - EDGE - ((value - least) / span) * (height - 2 * EDGE)).toFixed(1);
  const runs = stretches(values);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {low && high && runs.map((run) => <Alone key={run[0]} run={run} low={low} high={high} x={x} y={y} />)}
      {low && high && runs.map((run) => <Band key={run[0]} run={run} low={low} high={high} x={x} y={y} />)}
      {runs.map((run) =>
        run.length === 1 ? (
          <circle
            key={run[0]}
            cx={x(run[0] as number)}
            cy={y(values[run[0] as number] as number)}
            r="1.75"
            fill={INK}
          />
        ) : (
          <path
            key={run[0]}
            d={run.map((index, place) => `${place ? "L" : "M"}${x(index)} ${y(values[index] as number)}`).join("")}
            fill="none"
            stroke={INK}
            strokeWidth="1.5"
            strokeLinejoin="round"
            strokeLinecap="round"
          />
        ),
      )}
    </svg>
  );
}

const INK = "var(--series-1)";

interface BandProps {
  run: readonly number[];
  low: readonly (number | null)[];
  high: readonly (number | null)[];
  x: (index: number) => string;
  y: (value: number) => string;
}

/** The interval of a point between gaps: a line through it. */
function Alone({ run, low, high, x, y }: BandProps) {
  const [index] = run;
  const [from, to] = index === undefined ? [] : [low[index], high[index]];
  if (run.length > 1 || index === undefined || from == null || to == null) return null;
  return <path d={`M${x(index)} ${y(from)}V${y(to)}`} stroke={INK} strokeWidth="1.5" opacity="0.55" />;
}

function Band({ run, low, high, x, y }: BandProps) {
  const bounded = run.filter((index) => low[index] != null && high[index] != null);
  const there = bounded.map((index) => `${x(index)} ${y(high[index] as number)}`);
  const back = bounded.map((index) => `${x(index)} ${y(low[index] as number)}`).reverse();
  return bounded.length < 2 ? null : <path d={`M${[...there, ...back].join("L")}Z`} fill={INK} opacity="0.16" />;
}

/** The places of values that stand side by side, without a gap between. */
export function stretches(values: readonly (number | null)[]): number[][] {
  const found: number[][] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    if (index > 0 && values[index - 1] !== null) (found.at(-1) as number[]).push(index);
    else found.push([index]);
  });
  return found;
}
