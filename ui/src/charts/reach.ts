/** How far a chart makes room for intervals. */

export interface Banded {
  values: readonly (number | null)[];
  low?: readonly (number | null)[];
  high?: readonly (number | null)[];
  /** The interval is told where the line is pointed at, and not drawn: bands of many lines hide one another. */
  bandless?: boolean;
}

/** A line with what is drawn of it. */
export function drawn<Of extends Banded>(line: Of): Of {
  return line.bandless ? { ...line, low: undefined, high: undefined } : line;
}

type Ends = [number | null, number | null];

/** How many times as far as the usual interval one may reach before a chart stops making room for it. */
const FAR = 4;

/**
 * The lowest and highest that a chart makes room for. Of few observations an interval may be a hundred times as wide as
 * the others, and would press every line flat: such a one is cut off at the edge.
 */
export function withinReach(lines: readonly Banded[], low: number | null, high: number | null): Ends {
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null);
  if (values.length === 0 || low === null || high === null) return [low, high];
  const [below, above] = usualReach(lines.map(drawn));
  return [Math.max(low, Math.min(...values) - FAR * below), Math.min(high, Math.max(...values) + FAR * above)];
}

/** Whether an interval reaches beyond what a chart makes room for. */
export function isCutOff(lines: readonly Banded[]): boolean {
  const ends = lines
    .map(drawn)
    .flatMap((line) => [...(line.low ?? []), ...(line.high ?? [])])
    .filter((end) => end !== null);
  if (ends.length === 0) return false;
  const [low, high] = withinReach(lines, Math.min(...ends), Math.max(...ends));
  return ends.some((end) => end < (low as number) || end > (high as number));
}

/** How far the usual interval reaches below and above its value: the medians. */
function usualReach(lines: readonly Banded[]): [number, number] {
  const below: number[] = [];
  const above: number[] = [];
  for (const { values, low, high } of lines) {
    values.forEach((value, index) => {
      const [from, to] = [low?.[index], high?.[index]];
      if (value === null || from == null || to == null) return;
      below.push(value - from);
      above.push(to - value);
    });
  }
  return [median(below), median(above)];
}

function median(values: number[]): number {
  const sorted = values.sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
