import type { Segment, Source } from "@/api";
import { Select } from "@/design";
import { count } from "@/format/numbers";
import type { RaterState } from "../search";
import { judgeName } from "../words";

const ALL = "-";

/** One judge of those that have judged, or all of them together. */
export function RaterPicker(props: {
  label: string;
  lead: string;
  rater: RaterState | undefined;
  /** What it is called when nobody in particular is chosen. */
  fallback: string;
  known: readonly Segment[];
  onChange: (rater: RaterState | undefined) => void;
}) {
  const { label, lead, rater, fallback, known, onChange } = props;
  const options = known
    .filter(({ values: [, author] }) => author !== "(other)")
    .map(({ values: [source = "", author = ""], n }) => ({
      value: keyOf({ sources: [source as Source], authors: author === "" ? undefined : [author] }),
      label: judgeName(source, author),
      note: `n ${count(n)}`,
    }));
  const value = rater ? keyOf(rater) : ALL;
  const absent = rater && !options.some((one) => one.value === value) ? [{ value, label: nameOf(rater) }] : [];
  return (
    <Select
      label={label}
      lead={lead}
      value={value}
      options={[{ value: ALL, label: fallback }, ...options, ...absent]}
      onChange={(chosen) => onChange(chosen === ALL ? undefined : (JSON.parse(chosen) as RaterState))}
    />
  );
}

function keyOf({ name, sources, authors }: RaterState): string {
  return JSON.stringify({ name, sources, authors });
}

/** Who a rater is, in few words. */
export function nameOf({ name, sources = [], authors = [] }: RaterState, page?: string): string {
  const who = authors.length > 0 ? authors.join(", ") : sources.map((source) => judgeName(source, "")).join(", ");
  const what = name !== undefined && name !== page ? name : "";
  return [what, who].filter(Boolean).join(" by ") || page || "everybody";
}
