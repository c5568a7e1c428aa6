/** How numbers are written: short enough to read, exact enough to trust, and unknown is never a zero. */

export const UNKNOWN = "–";

type Known = number | null | undefined;

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** 1234567 as "1,234,567". */
export function count(value: Known): string {
  return value == null ? UNKNOWN : whole.format(value);
}

/** 1234567 as "1.2M", for axes and narrow places. */
export function compact(value: Known): string {
  if (value == null) return UNKNOWN;
  return Math.abs(value) < 10_000 ? trimmed(value, 4) : short.format(value);
}

/** What is smaller is left over from rounding, in sums of numbers of usual size. */
const DUST = 1e-12;

/** A score: three significant digits, more only where the size of the number needs them. */
export function score(value: Known): string {
  if (value == null) return UNKNOWN;
  const size = Math.abs(value);
  if (size >= 10_000) return compact(value);
  if (size < DUST) return "0";
  return size > 0 && size < 0.001 ? value.toExponential(1) : trimmed(value, 3);
}

/** A difference, with its sign: "+0.08", "−0.08". */
export function signed(value: Known, write: (value: number) => string = score): string {
  if (value == null) return UNKNOWN;
  const written = write(Math.abs(value));
  if (Math.abs(value) < DUST) return written;
  return (value > 0 ? "+" : "−") + written;
}

/** A share as a percentage: 0.0312 is "3.1 %". */
export function percent(share: Known): string {
  if (share == null) return UNKNOWN;
  const value = share * 100;
  return `${Math.abs(value) >= 99.95 || value === 0 ? value.toFixed(0) : trimmed(value, value < 1 ? 1 : 2)} %`;
}

/** US dollars, with as many places as a small price needs. */
export function money(value: Known): string {
  if (value == null) return UNKNOWN;
  const size = Math.abs(value);
  if (size === 0) return "$0";
  return `${value < 0 ? "−" : ""}$${dollars(size)}`;
}

function dollars(size: number): string {
  if (size >= 1000) return short.format(size);
  if (size >= 1) return size.toFixed(2);
  return size < 0.000_001 ? size.toExponential(1) : trimmed(size, 2);
}

/** Milliseconds: "840 ms", "1.24 s", "3 m 20 s". */
export function duration(ms: Known): string {
  if (ms == null) return UNKNOWN;
  if (ms < 1000) return `${trimmed(ms, 3)} ms`;
  if (ms < 60_000) return `${trimmed(ms / 1000, 3)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h ${minutes % 60} m` : `${Math.floor(minutes / 1440)} d`;
}

/** Bytes: "12.4 MB". */
export function bytes(value: Known): string {
  if (value == null) return UNKNOWN;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = value;
  let unit = 0;
  while (Math.abs(size) >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${trimmed(size, 3)} ${units[unit]}`;
}

/** "0.81 to 0.85". */
export function interval(low: Known, high: Known, write: (value: number) => string = score): string {
  return low == null || high == null ? UNKNOWN : `${write(low)} to ${write(high)}`;
}

function trimmed(value: number, digits: number): string {
  const text = value.toPrecision(digits);
  const plain = text.includes("e") ? String(Number(text)) : text;
  return plain.includes(".") ? plain.replace(/\.?0+$/, "") : plain;
}
