/** Which words fit onto the time axis. */

import { duration } from "@/format/numbers";
import type { Axis } from "./axis";

export interface AxisLabel {
  text: string;
  /** Where it begins, in pixels. */
  left: number;
  /** The wait that it tells the length of; null for a moment. */
  wait: { from: number; to: number } | null;
}

/** How wide a character is about, and the room around a word, in pixels. */
const CHARACTER = 6.4;
const ROOM = 8;

/** The lengths of waits first, as they say what the axis hides; then the moments that do not run into them. */
export function labelsOf(axis: Axis, width: number): AxisLabel[] {
  const taken: AxisLabel[] = [];
  const put = (label: AxisLabel) => {
    const end = label.left + widthOf(label.text);
    const collides = taken.some((other) => label.left < other.left + widthOf(other.text) && other.left < end);
    if (!collides && label.left >= 0 && end <= width + ROOM) taken.push(label);
  };
  for (const { from, to, left, right } of axis.gaps) {
    const text = duration(to - from);
    const middle = ((Math.max(0, left) + Math.min(1, right)) / 2) * width;
    put({ text, left: middle - widthOf(text) / 2, wait: { from, to } });
  }
  for (const { at, ms } of axis.ticks) put({ text: ms === 0 ? "0" : duration(ms), left: at * width, wait: null });
  return taken;
}

function widthOf(text: string): number {
  return text.length * CHARACTER + ROOM;
}
