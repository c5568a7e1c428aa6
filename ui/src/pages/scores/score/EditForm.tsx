import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { ScoreRecord } from "@/api";
import { editScoreMutation } from "@/api/@tanstack/react-query.gen";
import { Button, Field, Problem, Segments, Suggest, TextArea, TextField, tell } from "@/design";
import css from "./score.module.css";

/** Changes a score: a new version, with the reason for it. Whoever was faster is not overwritten. */
export function EditForm(props: { current: ScoreRecord; categories: readonly string[]; onDone: () => void }) {
  const { current, categories, onDone } = props;
  const queries = useQueryClient();
  const [typed, setTyped] = useState(String(current.value));
  const [comment, setComment] = useState(current.comment);
  const [reason, setReason] = useState("");
  const edit = useMutation({
    ...editScoreMutation(),
    onSuccess: async () => {
      tell.done("Changed: the version before is kept");
      onDone();
      await queries.invalidateQueries();
    },
  });
  const value = readTyped(current.kind, typed);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value === null) return;
    edit.mutate({ path: { score_id: current.id }, body: { value, comment, reason, version: current.version } });
  };
  return (
    <form className={css.form} onSubmit={submit} aria-label="Change this score">
      <ValueField kind={current.kind} categories={categories} typed={typed} onChange={setTyped} />
      <TextField label="Comment" value={comment} onChange={(event) => setComment(event.target.value)} />
      <TextField
        label="Why it is changed"
        help="Kept with the version, for whoever wonders."
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      {edit.error && <Problem error={edit.error} />}
      <div className={css.deeds}>
        <Button type="submit" look="primary" disabled={value === null || edit.isPending}>
          Save a new version
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}

function ValueField(props: {
  kind: ScoreRecord["kind"];
  categories: readonly string[];
  typed: string;
  onChange: (typed: string) => void;
}) {
  const { kind, categories, typed, onChange } = props;
  switch (kind) {
    case "boolean":
      return (
        <Field label="Value">
          <Segments
            label="Value"
            value={typed}
            options={[
              { value: "true", label: "yes" },
              { value: "false", label: "no" },
            ]}
            onChange={onChange}
          />
        </Field>
      );
    case "categorical":
      return (
        <Field label="Value">
          <Suggest label="Value" value={typed} options={categories} onChange={onChange} />
        </Field>
      );
    case "numeric":
      return (
        <TextField
          label="Value"
          inputMode="decimal"
          value={typed}
          error={readTyped(kind, typed) === null ? "A number." : null}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    default:
      return (
        <Field label="Value">
          <TextArea value={typed} onChange={(event) => onChange(event.target.value)} />
        </Field>
      );
  }
}

/** What was typed, in the type of a kind; null where it is none. */
export function readTyped(kind: ScoreRecord["kind"], typed: string): number | boolean | string | null {
  if (kind === "boolean") return typed === "true";
  if (kind !== "numeric") return typed.trim() === "" ? null : typed;
  const value = Number(typed);
  return typed.trim() === "" || !Number.isFinite(value) ? null : value;
}
