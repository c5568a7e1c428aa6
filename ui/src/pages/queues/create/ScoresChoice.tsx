import { ChevronsUpDown } from "lucide-react";
import { Answered, Badge, Button, ButtonLink, Checkbox, Popover } from "@/design";
import { oneLine } from "@/format/texts";
import { nameOf } from "../../requests/scores/values";
import { useScores } from "../../scores/selection";
import { KINDS } from "../../scores/words";
import css from "../queues.module.css";

/** Which scores annotators give: of those that are defined, or were given before. */
export function ScoresChoice({ chosen, onChange }: { chosen: readonly string[]; onChange: (names: string[]) => void }) {
  const scores = useScores();
  const toggle = (name: string, on: boolean) => onChange(on ? [...chosen, name] : chosen.filter((one) => one !== name));
  return (
    // Not a Field: that would name every box within by its own label.
    <fieldset className={css.asked}>
      <legend>Scores to give</legend>
      <div className={css.line}>
        {chosen.map((name) => (
          <Badge key={name} tone="accent">
            {oneLine(nameOf(name))}
          </Badge>
        ))}
        <Popover
          label="Scores to give"
          trigger={
            <Button>
              {chosen.length === 0 ? "Choose scores" : "Change"}
              <ChevronsUpDown aria-hidden />
            </Button>
          }
        >
          <div className={css.choices}>
            <Answered query={scores} height="4rem">
              {({ data }) =>
                data.map(({ name, kind }) => (
                  <Checkbox
                    key={name}
                    label={
                      <span>
                        {oneLine(nameOf(name))} <span className={css.quiet}>{KINDS[kind]}</span>
                      </span>
                    }
                    checked={chosen.includes(name)}
                    onChange={(on) => toggle(name, on)}
                  />
                ))
              }
            </Answered>
            <ButtonLink look="quiet" to="/definitions" search={{ edit: "" }}>
              Define another
            </ButtonLink>
          </div>
        </Popover>
      </div>
      <p className={css.quiet}>One alone is given with one key. Scores must be defined, or have been given before.</p>
    </fieldset>
  );
}
