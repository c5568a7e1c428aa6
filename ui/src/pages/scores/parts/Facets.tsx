import type { Definition, Direction, ScoreKind, Verdict } from "@/api";
import { Badge } from "@/design";
import { ARROWS, DIRECTIONS, KINDS, VERDICT_TONES } from "../words";

export function KindBadge({ kind }: { kind: ScoreKind }) {
  return <Badge>{KINDS[kind]}</Badge>;
}

/** Which way a score is better, as an arrow and in words. */
export function DirectionBadge({ direction }: { direction: Direction }) {
  return (
    <Badge title={DIRECTIONS[direction]}>
      <span aria-hidden>{ARROWS[direction]} </span>
      {DIRECTIONS[direction]}
    </Badge>
  );
}

/** What a score is: its kind, its direction, and whether anybody said so. */
export function DefinitionBadges({ definition }: { definition: Definition }) {
  const { kind, direction = "higher", inferred = false, strict = false } = definition;
  return (
    <>
      <KindBadge kind={kind} />
      {inferred ? <Badge title="Nobody defined it: this is what its scores look like">not defined</Badge> : null}
      {!inferred && (kind === "numeric" || kind === "boolean") && <DirectionBadge direction={direction} />}
      {strict && <Badge title="Scores that do not fit are refused">strict</Badge>}
    </>
  );
}

export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  return (
    <Badge tone={VERDICT_TONES[verdict.word]} title={verdict.sentence}>
      {verdict.word}
    </Badge>
  );
}
