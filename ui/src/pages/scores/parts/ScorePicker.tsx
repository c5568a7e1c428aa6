import { useEffect } from "react";
import type { Definition } from "@/api";
import { ButtonLink, Empty, Select, Skeleton } from "@/design";
import { isCounted, useScores } from "../selection";
import { KINDS } from "../words";

/** The scores that have a mean, by name. */
export function useCounted(): readonly Definition[] | undefined {
  return useScores().data?.data.filter((one) => isCounted(one.kind));
}

/** Which score a page is about. */
export function ScorePicker({
  name,
  scores,
  onChange,
}: {
  name: string;
  scores: readonly Definition[];
  onChange: (name: string) => void;
}) {
  return (
    <Select
      label="Score"
      lead="Score"
      value={name}
      options={scores.map((one) => ({ value: one.name, label: one.name, note: KINDS[one.kind] }))}
      onChange={onChange}
    />
  );
}

/**
 * The score that an address names, else the first there is, which is then put into the address: a link must show what
 * its sender saw.
 */
export function useNamed(
  name: string | undefined,
  scores: readonly Definition[] | undefined,
  put: (name: string) => void,
): Definition | null | undefined {
  const first = scores?.[0]?.name;
  useEffect(() => {
    if (name === undefined && first !== undefined) put(first);
  }, [name, first, put]);
  if (!scores) return undefined;
  return scores.find((one) => one.name === name) ?? (name === undefined && first !== undefined ? undefined : null);
}

/** What stands in place of a page whose score is not known yet, or does not exist. */
export function NoScore({ name, score }: { name: string | undefined; score: null | undefined }) {
  if (score === undefined) return <Skeleton height="16rem" />;
  return (
    <Empty
      title={name === undefined ? "There are no scores yet" : `No score is called ${name}`}
      action={<ButtonLink to="/scores">All scores</ButtonLink>}
    >
      <p>
        {name === undefined
          ? "This page compares scores with one another. Send some first."
          : "Or it has no numbers, which this page needs."}
      </p>
    </Empty>
  );
}
