import { Check, SkipForward, Undo2 } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import type { Definition, QueueDetail, QueueScore } from "@/api";
import { Badge, Button, Field, Kbd, TextArea } from "@/design";
import { shown } from "@/format/texts";
import { usePageKeys } from "../../requests/keys";
import { useScores } from "../../scores/selection";
import { AskedScore } from "./AskedScore";
import { choicesOf, type Drafts, isTyped, nextUnsaid, valuesOf } from "./choices";
import css from "./label.module.css";
import type { Outcome } from "./trail";
import type { Labelling } from "./useLabelling";

interface PanelProps {
  queue: QueueDetail;
  drafts: Drafts;
  comment: string;
  /** What was done with this call in this sitting already. */
  outcome: Outcome | undefined;
  labelling: Labelling;
  onChange: (changed: { drafts?: Drafts; comment?: string }) => void;
  /** Gives the keys back to the page. */
  onHome: () => void;
}

/** What is asked of the call, and the keys that answer. One score alone is saved as soon as it is given. */
export function JudgePanel(props: PanelProps) {
  const { queue, drafts, comment, outcome, labelling, onChange, onHome } = props;
  const { scores } = queue;
  const definitionOf = useDefinitions();
  const [place, setPlace] = useState(0);
  const fields = useRef(new Map<string, HTMLElement>());
  const note = useRef<HTMLTextAreaElement>(null);
  const active = scores[place] as QueueScore;
  const values = valuesOf(scores, drafts, definitionOf);
  const say = (said = values) => said && labelling.label(said, comment.trim());
  const save = () => say();
  const skip = () => labelling.skip(comment.trim().replace(/\s+/g, " ").slice(0, MOST_REASON));
  const type = (score: QueueScore, typed: string) => onChange({ drafts: { ...drafts, [score.name]: typed } });
  const choose = (score: QueueScore, typed: string) => {
    const chosen = { ...drafts, [score.name]: typed };
    onChange({ drafts: chosen });
    if (scores.length === 1) say(valuesOf(scores, chosen, definitionOf));
    else setPlace(nextUnsaid(scores, chosen, scores.indexOf(score)));
  };
  const choices = choicesOf(active, definitionOf(active));
  const keyed = choices.flatMap(({ key, typed }) =>
    key === null ? [] : [[key, () => choose(active, typed)] as const],
  );
  usePageKeys({
    ...Object.fromEntries(keyed),
    ...(isTyped(active, definitionOf(active)) ? { v: () => fields.current.get(active.name)?.focus() } : {}),
    ...(scores.length > 1
      ? { j: () => setPlace((place + 1) % scores.length), k: () => setPlace((place || scores.length) - 1) }
      : {}),
    Enter: save,
    s: skip,
    c: () => note.current?.focus(),
  });
  const leave = (event: KeyboardEvent) => leaves(event, onHome, save);
  return (
    <aside className={css.panel} aria-label="Your judgement">
      {outcome && (
        <p>
          <Badge tone={outcome === "labelled" ? "good" : "warn"}>{outcome}</Badge> What you say now counts instead.
        </p>
      )}
      {queue.instructions && (
        <p className={css.instructions} dir="auto">
          {shown(queue.instructions)}
        </p>
      )}
      {scores.map((score, at) => (
        <AskedScore
          key={score.name}
          score={score}
          definition={definitionOf(score)}
          active={at === place && scores.length > 1}
          keys={at === place}
          value={drafts[score.name] ?? ""}
          onChoose={(typed) => choose(score, typed)}
          onType={(typed) => type(score, typed)}
          onKeyDown={leave}
          onFocus={() => setPlace(at)}
          field={(element) => (element ? fields.current.set(score.name, element) : fields.current.delete(score.name))}
        />
      ))}
      <Field label="Comment" help="Kept with the scores; the reason where you skip.">
        <TextArea
          ref={note}
          rows={2}
          maxLength={10_000}
          value={comment}
          onKeyDown={leave}
          onChange={(event) => onChange({ comment: event.target.value })}
        />
      </Field>
      <Deeds labelling={labelling} ready={values !== null} onSave={save} onSkip={skip} />
      <Hints several={scores.length > 1} />
    </aside>
  );
}

const MOST_REASON = 1000;

function Deeds(props: { labelling: Labelling; ready: boolean; onSave: () => void; onSkip: () => void }) {
  const { labelling, ready, onSave, onSkip } = props;
  return (
    <div className={css.deeds}>
      <Button look="primary" disabled={!ready} onClick={onSave}>
        <Check aria-hidden />
        Save <Kbd>↵</Kbd>
      </Button>
      <Button onClick={onSkip}>
        <SkipForward aria-hidden />
        Skip <Kbd>s</Kbd>
      </Button>
      <Button disabled={labelling.trail.order.length === 0} onClick={labelling.undo}>
        <Undo2 aria-hidden />
        Undo <Kbd>u</Kbd>
      </Button>
    </div>
  );
}

/** Keys that no button shows. */
function Hints({ several }: { several: boolean }) {
  const keys = [
    { keys: ["c"], does: "comment" },
    { keys: ["←", "→"], does: "look back and forth" },
    ...(several ? [{ keys: ["j", "k"], does: "next and previous score" }] : []),
    { keys: ["Esc"], does: "leave a field" },
  ];
  return (
    <p className={css.hints}>
      {keys.map((one) => (
        <span key={one.does} className={css.hint}>
          {one.keys.map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
          {one.does}
        </span>
      ))}
    </p>
  );
}

/** Escape leaves a field; Enter saves from a line, and with Ctrl or Cmd from several lines. */
function leaves(event: KeyboardEvent, onHome: () => void, onSave: () => void): void {
  if (event.key === "Escape") {
    event.preventDefault();
    onHome();
  }
  const several = event.target instanceof HTMLTextAreaElement;
  if (event.key === "Enter" && !event.nativeEvent.isComposing && (!several || event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    onHome();
    onSave();
  }
}

/** What is known of a score: what the queue says, else what its scores look like. */
function useDefinitions(): (score: QueueScore) => Definition | null {
  const known = useScores().data?.data ?? [];
  return ({ name, kind, definition }) =>
    definition ?? known.find((one) => one.name === name && one.kind === kind) ?? null;
}
