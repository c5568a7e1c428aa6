import { Plus, Users, X } from "lucide-react";
import { Button, Checkbox, IconButton, Popover } from "@/design";
import { count } from "@/format/numbers";
import { nameOf } from "../parts/RaterPicker";
import type { RaterState } from "../search";
import { isCounted, useScores } from "../selection";
import css from "./agreement.module.css";
import type { KnownRater } from "./raters";

interface ChoiceProps {
  name: string;
  known: readonly KnownRater[];
  raters: readonly RaterState[];
  onChange: (raters: RaterState[]) => void;
}

const MOST = 10;

/** The raters that are compared, as chips; more of them, and scores of other names, in a list that opens. */
export function RaterChoice({ name, known, raters, onChange }: ChoiceProps) {
  return (
    <fieldset className={css.raters} aria-label="Raters">
      {raters.map((rater) => (
        <span key={JSON.stringify(rater)} className={css.chip}>
          {nameOf(rater, name)}
          {raters.length > 2 && (
            <IconButton
              label={`Without ${nameOf(rater, name)}`}
              onClick={() => onChange(raters.filter((one) => one !== rater))}
            >
              <X />
            </IconButton>
          )}
        </span>
      ))}
      <Popover
        label="Raters"
        trigger={
          <Button>
            {raters.length === 0 ? <Users aria-hidden /> : <Plus aria-hidden />}
            Raters
          </Button>
        }
      >
        <Choices name={name} known={known} raters={raters} onChange={onChange} />
      </Popover>
    </fieldset>
  );
}

function Choices({ name, known, raters, onChange }: ChoiceProps) {
  const scores = useScores().data?.data ?? [];
  const kind = scores.find((one) => one.name === name)?.kind;
  const alike = scores.filter(
    (one) => one.name !== name && kind && (isCounted(kind) ? isCounted(one.kind) : one.kind === kind),
  );
  const has = (rater: RaterState) => raters.some((one) => same(one, rater));
  const toggle = (rater: RaterState) => {
    const rest = has(rater) ? raters.filter((one) => !same(one, rater)) : [...raters, rater];
    if (rest.length > 0) onChange(rest);
  };
  const box = (rater: RaterState, note: string | null) => (
    <Checkbox
      key={JSON.stringify(rater)}
      label={
        <span className={css.choice}>
          {nameOf(rater, name)}
          {note && <small>{note}</small>}
        </span>
      }
      checked={has(rater)}
      disabled={!has(rater) && raters.length >= MOST}
      onChange={() => toggle(rater)}
    />
  );
  return (
    <div className={css.choices}>
      <p className={css.title}>Who judged {name}</p>
      {known.map(({ rater, n }) => box(rater, n === null ? null : `n ${count(n)}`))}
      <p className={css.title}>Everything under a name</p>
      {box({ name }, "all of it")}
      {alike.map((one) => box({ name: one.name }, null))}
    </div>
  );
}

function same(one: RaterState, other: RaterState): boolean {
  const key = ({ name, sources = [], authors = [] }: RaterState) => JSON.stringify([name, sources, authors]);
  return key(one) === key(other);
}
