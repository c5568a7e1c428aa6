/** A score beside what models cost: its mean of each, with interval and n. */

import { useQuery } from "@tanstack/react-query";
import type { CallBreakdown, Segment } from "@/api";
import { breakDownScoreOptions } from "@/api/@tanstack/react-query.gen";
import { type Column, Select } from "@/design";
import { percent, score as writeScore } from "@/format/numbers";
import { shown } from "@/format/texts";
import { type Scope, useAsked } from "@/pages/dashboard/scope";
import { Figure } from "@/pages/dashboard/segments/Figure";
import type { SegmentRow } from "@/pages/dashboard/segments/SegmentTable";
import { useCounted } from "@/pages/scores/parts/ScorePicker";

/** No score is called that: names have no line breaks. */
const NONE = "\n";
const MOST = 200;
/** A score says its n always: it is never one of calls. */
const NO_CALLS = -1;

/** The choice of the score; nothing where there are no scores. */
export function ScoreBeside(props: { score: string | undefined; onChange: (score: string | undefined) => void }) {
  const { score, onChange } = props;
  const counted = useCounted();
  if (!counted?.length) return null;
  return (
    <Select
      label="Score beside the numbers"
      lead="score"
      value={score ?? NONE}
      options={[{ value: NONE, label: "none" }, ...counted.map(({ name }) => ({ value: name, label: shown(name) }))]}
      onChange={(chosen) => onChange(chosen === NONE ? undefined : chosen)}
    />
  );
}

/** The column of a score; null while none is chosen. */
export function useScoreColumn(
  name: string | undefined,
  scope: Scope,
  { by }: CallBreakdown,
): Column<SegmentRow> | null {
  const asked = useAsked(scope);
  const kind = useCounted()?.find((one) => one.name === name)?.kind;
  const found = useQuery({
    ...breakDownScoreOptions({ body: { ...asked, name: name ?? "", kind, by, top: MOST, clock: "requested" } }),
    enabled: name !== undefined && kind !== undefined,
    placeholderData: (before) => before,
  });
  if (name === undefined || kind === undefined) return null;
  const means = new Map<string, Segment>(found.data?.data.segments.map((one) => [JSON.stringify(one.values), one]));
  return {
    key: "score",
    title: shown(name),
    align: "end",
    cell: ({ key, kind: whole }) => (whole ? null : <Mean segment={means.get(key)} isShare={kind === "boolean"} />),
  };
}

function Mean({ segment, isShare }: { segment: Segment | undefined; isShare: boolean }) {
  const { mean = null, low = null, high = null, n = 0 } = segment ?? {};
  return <Figure reading={{ value: mean, low, high, n }} write={isShare ? percent : writeScore} of={NO_CALLS} />;
}
