/** The time axis of a session: where a moment lies, how long idle time is drawn, where ticks stand. */

export interface Span {
  from: number;
  to: number;
}

/** A stretch in which nothing ran, and where it lies on the axis, from 0 to 1. */
export interface Gap extends Span {
  left: number;
  right: number;
}

export interface Axis {
  /** Where a moment, in milliseconds from the session's start, lies: 0 is the left edge, 1 the right one. */
  place: (ms: number) => number;
  /** The moment at a place. */
  moment: (place: number) => number;
  gaps: readonly Gap[];
  ticks: readonly { at: number; ms: number }[];
}

/** Idle time is shortened where it is longer than this part of the time in which something ran. */
const LONG = 0.1;
/** How wide shortened time is drawn, as a part of the time in which something ran. */
const SHORT = 0.04;
const TICKS = 6;
/** How near to one another two ticks may stand. */
const APART = 0.09;

/** Stretches joined where they touch, in order. */
export function merged(spans: readonly Span[]): Span[] {
  const found: Span[] = [];
  for (const { from, to } of [...spans].sort((one, other) => one.from - other.from)) {
    const last = found.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else found.push({ from, to });
  }
  return found;
}

/** What lies between stretches that were joined. */
export function between(busy: readonly Span[]): Span[] {
  return busy.slice(1).map(({ from }, place) => ({ from: (busy[place] as Span).to, to: from }));
}

export const lengthOf = (spans: readonly Span[]) => spans.reduce((sum, { from, to }) => sum + to - from, 0);

interface Knot {
  ms: number;
  /** How far along the drawn axis, in its own milliseconds. */
  drawn: number;
}

/**
 * The axis of some stretches, or of the part of it that is looked at. Unless `idle` time is drawn as long as it was, long
 * waits are shortened, so that a session of a day still shows its seconds.
 */
export function axisOf(
  spans: readonly Span[],
  options: { end: number; idle: boolean; zoom?: readonly [number, number] },
): Axis {
  const { end, idle, zoom } = options;
  const busy = merged(spans);
  const ran = lengthOf(busy) || 1;
  const waits = between(busy);
  const long = idle ? [] : waits.filter(({ from, to }) => to - from > LONG * ran);
  const knots = knotsOf(long, Math.max(end, 1), SHORT * ran);
  const [first, last] = zoom ? zoom.map((ms) => along(knots, ms)) : [0, (knots.at(-1) as Knot).drawn];
  const left = first ?? 0;
  const width = Math.max(1e-9, (last ?? 1) - left);
  const place = (ms: number) => (along(knots, ms) - left) / width;
  const moment = (at: number) => back(knots, left + at * width);
  const shown = (idle ? waits.filter(({ from, to }) => to - from > LONG * ran) : long).map((gap) => ({
    ...gap,
    left: place(gap.from),
    right: place(gap.to),
  }));
  return {
    place,
    moment,
    gaps: shown.filter((gap) => gap.right > 0 && gap.left < 1),
    ticks: ticksOf(place, moment, long),
  };
}

function knotsOf(long: readonly Span[], end: number, short: number): Knot[] {
  const knots: Knot[] = [{ ms: 0, drawn: 0 }];
  for (const { from, to } of long) {
    const last = knots.at(-1) as Knot;
    const drawn = last.drawn + from - last.ms;
    knots.push({ ms: from, drawn }, { ms: to, drawn: drawn + short });
  }
  const last = knots.at(-1) as Knot;
  knots.push({ ms: Math.max(end, last.ms + 1e-6), drawn: last.drawn + Math.max(end - last.ms, 1e-6) });
  return knots;
}

function along(knots: readonly Knot[], ms: number): number {
  return converted(knots, ms, "ms", "drawn");
}

function back(knots: readonly Knot[], drawn: number): number {
  return converted(knots, drawn, "drawn", "ms");
}

/** From one measure of the knots to the other, in a straight line between two of them; beyond both ends as well. */
function converted(knots: readonly Knot[], value: number, of: keyof Knot, to: keyof Knot): number {
  let place = knots.findIndex((knot) => knot[of] >= value);
  if (place === -1) place = knots.length - 1;
  const after = knots[Math.max(1, place)] as Knot;
  const before = knots[Math.max(1, place) - 1] as Knot;
  const width = after[of] - before[of];
  return width === 0 ? before[to] : before[to] + ((value - before[of]) / width) * (after[to] - before[to]);
}

const STEPS = [1, 2, 5];

/** Round moments, as many as have room; none within time that is shortened. */
function ticksOf(place: Axis["place"], moment: Axis["moment"], long: readonly Span[]): { at: number; ms: number }[] {
  const [from, to] = [moment(0), moment(1)];
  const hidden = lengthOf(
    long
      .map((gap) => ({ from: Math.max(from, gap.from), to: Math.min(to, gap.to) }))
      .filter((gap) => gap.to > gap.from),
  );
  const step = roundStep(Math.max(1e-6, to - from - hidden) / TICKS);
  const ticks: { at: number; ms: number }[] = [];
  // Between two moments of the axis there may be days of idle time: only the parts that are drawn are walked through.
  for (const part of partsOf(from, to, long)) {
    for (let ms = Math.ceil(part.from / step) * step; ms <= part.to; ms += step) {
      const at = place(ms);
      if (at > 0.985 || at < 0 || (ticks.length > 0 && at - (ticks.at(-1)?.at ?? 0) < APART)) continue;
      ticks.push({ at, ms });
    }
  }
  return ticks;
}

function partsOf(from: number, to: number, long: readonly Span[]): Span[] {
  const parts: Span[] = [];
  let begin = from;
  for (const gap of long) {
    if (gap.to <= from || gap.from >= to) continue;
    if (gap.from > begin) parts.push({ from: begin, to: gap.from });
    begin = gap.to;
  }
  return begin < to ? [...parts, { from: begin, to }] : parts;
}

/** The next round number of milliseconds; above a minute of seconds and minutes. */
export function roundStep(least: number): number {
  const sixties = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400].map(
    (s) => s * 1000,
  );
  if (least > 500) return sixties.find((step) => step >= least) ?? Math.ceil(least / 86_400_000) * 86_400_000;
  const power = 10 ** Math.floor(Math.log10(least));
  return (STEPS.find((one) => one * power >= least) ?? 10) * power;
}
