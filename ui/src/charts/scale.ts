/** A scale of figures that are elements: where a value lies, in percent of the lane, and round values to write below. */

export interface LaneScale {
  place: (value: number) => number;
  ticks: readonly number[];
}

/** A scale over values, with room on both sides as a share of what they span. */
export function laneScale(values: readonly number[], room: number, most = 4): LaneScale {
  const least = Math.min(...values);
  const span = Math.max(...values) - least || Math.abs(least) || 1;
  const from = least - span * room;
  const width = span * (1 + 2 * room);
  return {
    place: (value) => Math.min(100, Math.max(0, ((value - from) / width) * 100)),
    ticks: roundTicks(from, from + width, most),
  };
}

const STEPS = [1, 2, 2.5, 5, 10];

/** At most so many round numbers between two others, evenly apart. */
export function roundTicks(from: number, to: number, most: number): number[] {
  const rough = (to - from) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((one) => one * power >= rough) ?? 10) * power;
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  return Array.from({ length: count }, (_none, index) => Number(((first + index) * step).toPrecision(12)));
}
