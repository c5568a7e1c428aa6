import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Definition, Direction, ScoreKind } from "@/api";
import { putDefinitionMutation } from "@/api/@tanstack/react-query.gen";
import { Button, Dialog, Field, Problem, Segments, Select, Switch, TextArea, TextField, tell } from "@/design";
import { isCounted } from "../selection";
import { DIRECTIONS, KINDS } from "../words";
import css from "./definitions.module.css";
import { type Draft, draftOf, inputOf } from "./draft";

interface DialogProps {
  /** The score that is defined; empty text where it has no name yet. */
  name: string;
  known: readonly Definition[];
  onClose: () => void;
}

/** Says what a score means. What makes no sense is refused by the server, in its own words. */
export function DefinitionDialog({ name, known, onClose }: DialogProps) {
  const queries = useQueryClient();
  const found = known.find((one) => one.name === name);
  const [draft, setDraft] = useState<Draft>(() => draftOf(name, found));
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const put = useMutation({
    ...putDefinitionMutation(),
    onSuccess: async () => {
      tell.done("Defined: it counts at once");
      onClose();
      await queries.invalidateQueries();
    },
  });
  const input = inputOf(draft);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (input !== null) put.mutate({ path: { name: draft.name }, body: input });
  };
  return (
    <Dialog
      open
      onOpenChange={(is) => !is && onClose()}
      title={name === "" ? "Define a score" : `Define ${name}`}
      text={found?.inferred ? "Nobody has defined it: the form shows what its scores look like." : undefined}
    >
      <form className={css.form} onSubmit={submit}>
        {name === "" && (
          <TextField
            label="Name"
            value={draft.name}
            placeholder="helpfulness"
            onChange={(event) => change({ name: event.target.value })}
          />
        )}
        <Field label="Kind">
          <Select
            label="Kind"
            value={draft.kind}
            options={Object.entries(KINDS).map(([value, label]) => ({ value: value as ScoreKind, label }))}
            onChange={(kind) => change({ kind })}
          />
        </Field>
        <OfKind draft={draft} change={change} />
        <Field label="What it says">
          <TextArea value={draft.description} onChange={(event) => change({ description: event.target.value })} />
        </Field>
        <div>
          <Switch checked={draft.strict} onChange={(strict) => change({ strict })} label="Strict" />
          <p className={css.help}>
            {draft.strict
              ? "A score that does not fit is refused before it is acknowledged."
              : "A score that does not fit is kept as it is."}
          </p>
        </div>
        {put.error && <Problem error={put.error} />}
        <div className={css.actions}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={input === null || put.isPending}>
            Save the definition
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function OfKind({ draft, change }: { draft: Draft; change: (part: Partial<Draft>) => void }) {
  const { kind, minimum, maximum, categories, direction } = draft;
  return (
    <>
      {kind === "numeric" && (
        <div className={css.range}>
          <TextField
            label="Lowest"
            inputMode="decimal"
            placeholder="any"
            value={minimum}
            error={isNumber(minimum) ? null : "A number, or nothing."}
            onChange={(event) => change({ minimum: event.target.value })}
          />
          <TextField
            label="Highest"
            inputMode="decimal"
            placeholder="any"
            value={maximum}
            error={isNumber(maximum) ? null : "A number, or nothing."}
            onChange={(event) => change({ maximum: event.target.value })}
          />
        </div>
      )}
      {kind === "categorical" && (
        <Field label="Categories" help="One to a line. Without any, every category fits.">
          <TextArea value={categories} onChange={(event) => change({ categories: event.target.value })} />
        </Field>
      )}
      {isCounted(kind) && (
        <Field label="Which way is better">
          <Segments<Direction>
            label="Which way is better"
            value={direction}
            options={Object.entries(DIRECTIONS).map(([value, title]) => ({
              value: value as Direction,
              label: value,
              title,
            }))}
            onChange={(chosen) => change({ direction: chosen })}
          />
        </Field>
      )}
    </>
  );
}

function isNumber(typed: string): boolean {
  return typed.trim() === "" || Number.isFinite(Number(typed));
}
