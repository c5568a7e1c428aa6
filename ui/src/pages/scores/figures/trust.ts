/** The API's numbers as the figures take them: whatever is not there is null, and methods are named in words. */

import type { Difference, Number as Estimated, Mean, Measure, Side } from "@/api";
import type { IntervalRow } from "@/charts/Intervals";
import type { Trusted } from "@/design";
import { MEASURE_METHODS, METHODS } from "../words";

export function ofNumber(number: Estimated | Side): Trusted {
  return { ...number, method: METHODS[number.method] };
}

export function ofMean(mean: Mean): Trusted {
  return {
    mean: mean.mean ?? null,
    low: mean.low ?? null,
    high: mean.high ?? null,
    n: mean.n ?? 0,
    method: mean.method && mean.method !== "none" ? METHODS[mean.method] : undefined,
    warning: mean.warning,
  };
}

export function ofMeasure(measure: Measure): Trusted {
  return {
    mean: measure.value ?? null,
    low: measure.low ?? null,
    high: measure.high ?? null,
    n: measure.n ?? 0,
    method: MEASURE_METHODS[measure.method ?? "none"],
    warning: measure.reason,
  };
}

type Ends = Pick<IntervalRow, "value" | "low" | "high">;

export function endsOfDifference(found: Difference): Ends {
  return { value: found.difference ?? null, low: found.low ?? null, high: found.high ?? null };
}

export function endsOf({ mean, low, high }: Trusted): Ends {
  return { value: mean, low, high };
}

/** "95 %" of 0.95; of a level between whole percents as many places as it takes. */
export function levelName(level: number | undefined): string {
  return `${Number(((level ?? 0.95) * 100).toFixed(2))} %`;
}

/** A p-value: small ones are not written as 0. */
export function pValue(p: number | null | undefined): string {
  if (p == null) return "not known";
  return p < 0.001 ? "< 0.001" : String(Number(p.toPrecision(2)));
}
