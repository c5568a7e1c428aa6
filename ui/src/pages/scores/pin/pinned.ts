/** What a pin holds, told apart by its kind; and the numbers of an answer that are set against one another. */

import type {
  Agreement,
  AgreementQuery,
  Bisected,
  BisectQuery,
  Breakdown,
  BreakdownQuery,
  Compared,
  CompareQuery,
  Distribution,
  DistributionQuery,
  Drifting,
  DriftQuery,
  Judged,
  JudgeQuery,
  Replay,
  ScoreSeries,
  SeriesQuery,
} from "@/api";
import type { Trusted } from "@/design";
import { ofMean, ofMeasure, ofNumber } from "../figures/trust";
import { nameOf } from "../parts/RaterPicker";
import { segmentName } from "../segments";

interface Kinds {
  series: [SeriesQuery, ScoreSeries];
  breakdown: [BreakdownQuery, Breakdown];
  distribution: [DistributionQuery, Distribution];
  compare: [CompareQuery, Compared];
  bisect: [BisectQuery, Bisected];
  judge: [JudgeQuery, Judged];
  drift: [DriftQuery, Drifting];
  agreement: [AgreementQuery, Agreement];
}

export type PinKind = keyof Kinds;

/** A pinned question with one of its answers. */
export type Pinned = { [Kind in PinKind]: { kind: Kind; question: Kinds[Kind][0]; answer: Kinds[Kind][1] } }[PinKind];

export const PIN_WORDS: Record<PinKind, string> = {
  series: "over time",
  breakdown: "by segment",
  distribution: "how it is spread",
  compare: "two segments compared",
  bisect: "a change taken apart",
  judge: "a judge corrected by labels",
  drift: "judge or system, who moved",
  agreement: "how far raters agree",
};

/** An answer of a replay; null where its kind is none that can be drawn. The server made it by the type of its kind. */
export function pinnedOf(replay: Replay, when: "then" | "now"): Pinned | null {
  if (!(replay.kind in PIN_WORDS)) return null;
  return { kind: replay.kind, question: replay.question, answer: replay[when] } as Pinned;
}

export interface KeyNumber {
  label: string;
  of: Trusted;
}

/** The few numbers that an answer comes down to, in an order and under labels that both answers of a pin share. */
export function keyNumbers({ kind, answer }: Pinned): KeyNumber[] {
  switch (kind) {
    case "series":
      return answer.total ? [{ label: "the whole window", of: ofNumber(answer.total) }] : [];
    case "breakdown":
      return answer.segments.map((one) => ({
        label: segmentName(answer.by.map((dimension, place) => [dimension, one.values[place] ?? ""])),
        of: ofNumber(one),
      }));
    case "distribution":
      return [
        ...answer.quantiles.map(({ q, value, low, high }) => ({
          label: `quantile ${q}`,
          of: { mean: value, low, high, n: answer.n },
        })),
        ...answer.shares.map(({ category, share, low, high, n }) => ({
          label: category,
          of: { mean: share, low, high, n },
        })),
      ];
    case "compare":
      return [{ label: "b − a", of: ofDifference(answer.difference) }];
    case "bisect":
      return bisectionNumbers(answer);
    case "judge":
      return [
        { label: "judge, as it is", of: ofMean(answer.raw) },
        { label: "corrected", of: ofMean(answer.corrected) },
        { label: "people alone", of: ofMean(answer.human) },
      ];
    case "drift":
      return [
        { label: "judge, on the anchors", of: ofDifference(answer.anchors) },
        { label: "traffic", of: ofDifference(answer.traffic) },
      ];
    case "agreement":
      return agreementNumbers(answer);
  }
}

function ofDifference({ difference, low, high, n_a = 0, n_b = 0 }: Compared["difference"]): Trusted {
  return { mean: difference ?? null, low: low ?? null, high: high ?? null, n: n_a + n_b };
}

function bisectionNumbers({ bisection }: Bisected): KeyNumber[] {
  if (!bisection) return [];
  const { total, low, high, n_before, n_after, parts } = bisection;
  return [
    { label: "the change", of: { mean: total, low, high, n: n_before + n_after } },
    ...parts.map((part) => ({
      label: part.label,
      of: { mean: part.amount, low: part.low, high: part.high, n: part.n_before + part.n_after },
    })),
  ];
}

function agreementNumbers({ alpha, pairs, raters }: Agreement): KeyNumber[] {
  const named = (place: number) => nameOf(raters[place] ?? {});
  return [
    { label: "alpha of all", of: ofMeasure(alpha) },
    ...pairs.map((pair) => ({
      label: `${named(pair.raters[0])} and ${named(pair.raters[1])}, kappa`,
      of: ofMeasure(pair.kappa),
    })),
  ];
}

export interface Side {
  label: string;
  past: Trusted | null;
  now: Trusted | null;
}

/** The numbers of both answers side by side; one that only one of them has stands alone. */
export function sideBySide(then: readonly KeyNumber[], now: readonly KeyNumber[]): Side[] {
  const labels = [...new Set([...then, ...now].map(({ label }) => label))];
  const find = (numbers: readonly KeyNumber[], label: string) => numbers.find((one) => one.label === label)?.of ?? null;
  return labels.map((label) => ({ label, past: find(then, label), now: find(now, label) }));
}
