import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ScoreKind, ScoreRecord } from "@/api";
import { listDefinitionsOptions } from "@/api/@tanstack/react-query.gen";
import { Button, Field, Kbd, Select, Suggest, TextInput } from "@/design";
import { type Draft, definitionOf, EMPTY, KINDS, read, readValue, typedOf } from "./draft";
import css from "./scores.module.css";
import type { Scoring } from "./useScoring";
import { ValueInput } from "./ValueInput";
import { nameOf } from "./values";

/** A score to give: its name first, then what its definition asks for. Enter saves it. */
export function ScoreForm(props: { scoring: Scoring; onClose: () => void; label?: string }) {
  const { scoring, onClose, label = "Score this request" } = props;
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const known = useQuery(listDefinitionsOptions()).data?.data ?? [];
  const put = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const definition = definitionOf(draft, known);
  const said = read(draft, definition);
  const isNew = draft.name.trim() !== "" && definition === null;
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    if (typeof said !== "string" && (await scoring.add(said))) onClose();
  };
  return (
    <form className={css.form} aria-label={label} onSubmit={submit} onKeyDown={(event) => closes(event, onClose)}>
      <div className={css.formRow}>
        <Field label="Score" help={definition?.description || undefined}>
          <Suggest
            label="Name of the score"
            autoFocus
            placeholder="helpfulness"
            value={draft.name}
            options={known.map((one) => one.name)}
            write={nameOf}
            onChange={(name) =>
              put(definitionOf({ ...draft, name }, known)?.kind === definition?.kind ? { name } : { name, typed: "" })
            }
          />
        </Field>
        {isNew && (
          <Field label="Kind">
            <Select<ScoreKind>
              label="Kind"
              value={draft.kind}
              options={KINDS}
              onChange={(kind) => put({ kind, typed: "" })}
            />
          </Field>
        )}
        <ValueInput
          kind={definition?.kind ?? draft.kind}
          definition={definition}
          value={draft.typed}
          error={typeof said === "string" ? said : undefined}
          onChange={(typed) => put({ typed })}
        />
      </div>
      <Field label="Comment">
        <TextInput
          placeholder="Why? (may stay empty)"
          maxLength={10_000}
          value={draft.comment}
          onChange={(event) => put({ comment: event.target.value })}
        />
      </Field>
      <div className={css.formDeeds}>
        <Button type="submit" look="primary" disabled={typeof said === "string" || scoring.busy}>
          {scoring.busy ? "Saving…" : "Save the score"}
        </Button>
        <Button look="quiet" onClick={onClose}>
          Cancel <Kbd>Esc</Kbd>
        </Button>
      </div>
    </form>
  );
}

/** Changes what a score says, with a reason that is kept beside it. */
export function EditForm({ score, scoring, onClose }: { score: ScoreRecord; scoring: Scoring; onClose: () => void }) {
  const [typed, setTyped] = useState(typedOf(score.value));
  const [comment, setComment] = useState(score.comment);
  const [reason, setReason] = useState("");
  const known = useQuery(listDefinitionsOptions()).data?.data ?? [];
  const definition = known.find((one) => one.name === score.name && one.kind === score.kind) ?? null;
  const value = readValue(score.kind, typed, definition);
  const problem = typeof value === "object" ? value.problem : undefined;
  const changed = value !== score.value || comment.trim() !== score.comment;
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    if (typeof value === "object" || !changed) return;
    if (await scoring.edit(score, { value, comment: comment.trim() }, reason.trim())) onClose();
  };
  return (
    <form
      className={css.form}
      aria-label={`Change ${nameOf(score.name)}`}
      onSubmit={submit}
      onKeyDown={(event) => closes(event, onClose)}
    >
      <ValueInput kind={score.kind} definition={definition} value={typed} error={problem} onChange={setTyped} />
      <Field label="Comment">
        <TextInput autoFocus maxLength={10_000} value={comment} onChange={(event) => setComment(event.target.value)} />
      </Field>
      <Field label="Why it is changed">
        <TextInput maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
      <div className={css.formDeeds}>
        <Button type="submit" look="primary" disabled={problem !== undefined || !changed || scoring.busy}>
          Save the change
        </Button>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

/** Escape closes the form and nothing around it. */
function closes(event: React.KeyboardEvent, onClose: () => void): void {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.preventDefault();
  event.stopPropagation();
  onClose();
}
