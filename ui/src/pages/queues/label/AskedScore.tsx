import type { KeyboardEvent } from "react";
import type { Definition, QueueScore } from "@/api";
import { Button, Kbd, TextArea, TextInput } from "@/design";
import { oneLine, shown } from "@/format/texts";
import { boundsOf, readValue } from "../../requests/scores/draft";
import { nameOf } from "../../requests/scores/values";
import { choicesOf, isTyped } from "./choices";
import css from "./label.module.css";

interface AskedProps {
  score: QueueScore;
  definition: Definition | null;
  /** Whether it is marked as the one that the keys answer. */
  active: boolean;
  /** Whether its keys are shown. */
  keys: boolean;
  value: string;
  onChoose: (typed: string) => void;
  onType: (typed: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onFocus: () => void;
  field: (element: HTMLElement | null) => void;
}

/** One score to give: its values to press, or a field. */
export function AskedScore(props: AskedProps) {
  const { score, definition, active, keys, value, onChoose } = props;
  const choices = choicesOf(score, definition);
  return (
    <fieldset className={css.asked} data-active={active || undefined} onFocus={props.onFocus}>
      <legend>
        <bdi>{oneLine(nameOf(score.name))}</bdi>
        {!score.required && <span className={css.optional}>may stay empty</span>}
      </legend>
      {definition?.description && <p className={css.meaning}>{shown(definition.description)}</p>}
      {choices.length > 0 && (
        <div className={css.choices}>
          {choices.map((choice) => (
            <Button
              key={choice.typed}
              aria-pressed={value === choice.typed}
              className={css.choice}
              data-short={score.kind === "numeric" || undefined}
              onClick={() => onChoose(choice.typed)}
            >
              <bdi>{oneLine(choice.label)}</bdi>
              {keys && choice.key && <Kbd>{choice.key}</Kbd>}
            </Button>
          ))}
        </div>
      )}
      {isTyped(score, definition) && <Typed {...props} besides={choices.length > 0} />}
    </fieldset>
  );
}

function Typed(props: AskedProps & { besides: boolean }) {
  const { score, definition, value, onType, onKeyDown, field, keys, besides } = props;
  const read = readValue(score.kind, value, definition);
  const bounds = score.kind === "numeric" ? boundsOf(definition) : null;
  const lead = besides ? "or type it" : bounds ? `${bounds[0]} to ${bounds[1]}` : "type it";
  const common = {
    "aria-label": `${nameOf(score.name)}, typed`,
    value,
    placeholder: keys ? `${lead} (v)` : lead,
    onKeyDown,
  };
  if (score.kind === "text" || score.kind === "correction") {
    return (
      <TextArea {...common} ref={field} rows={3} maxLength={10_000} onChange={(event) => onType(event.target.value)} />
    );
  }
  return (
    <>
      <TextInput
        {...common}
        ref={field}
        inputMode={score.kind === "numeric" ? "decimal" : "text"}
        onChange={(event) => onType(event.target.value)}
      />
      {typeof read === "object" && read.problem && <p className={css.problem}>{read.problem}</p>}
    </>
  );
}
