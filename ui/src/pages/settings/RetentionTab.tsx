import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Retention } from "@/api";
import { changeRetentionMutation, getRetentionOptions, getRetentionQueryKey } from "@/api/@tanstack/react-query.gen";
import { useMay } from "@/data/me";
import { Answered, Button, Confirm, Facts, Field, Panel, Problem, Switch, TextInput, tell } from "@/design";
import {
  changesOf,
  type Draft,
  deletes,
  draftOf,
  keptFor,
  LIMITS,
  type Limit,
  problemOf,
  SUGGESTED,
  WORDS,
} from "./retention";
import css from "./settings.module.css";

/** How long the organisation keeps what it recorded. */
export function RetentionTab() {
  const retention = useQuery(getRetentionOptions());
  const administers = useMay("admin");
  return (
    <Panel title="Retention" note="what is older is deleted for good, within the hour">
      <Answered query={retention} height="10rem">
        {({ data }) =>
          administers ? (
            <Limits key={JSON.stringify(data)} retention={data} />
          ) : (
            <Facts rows={LIMITS.map((limit) => [`${WORDS[limit].what} are kept`, keptFor(limit, data)] as const)} />
          )
        }
      </Answered>
    </Panel>
  );
}

function Limits({ retention }: { retention: Retention }) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(retention));
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const change = useMutation({
    ...changeRetentionMutation(),
    onSuccess: (told) => {
      tell.done("It counts from the next look on, within the hour");
      queries.setQueryData(getRetentionQueryKey(), told);
    },
  });
  const changes = changesOf(draft, retention);
  const isChanged = changes !== null && Object.keys(changes).length > 0;
  const save = () => isChanged && change.mutate({ body: changes });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isChanged && deletes(changes, retention)) setAsking(true);
    else save();
  };
  return (
    <form className={css.form} onSubmit={submit}>
      {LIMITS.map((limit) => (
        <LimitField
          key={limit}
          limit={limit}
          typed={draft[limit]}
          kept={keptFor(limit, { ...retention, ...changes })}
          onChange={(typed) => setDraft((before) => ({ ...before, [limit]: typed }))}
        />
      ))}
      {change.error && <Problem error={change.error} />}
      <div className={css.deeds}>
        <Button type="submit" look="primary" disabled={!isChanged || change.isPending}>
          Save
        </Button>
      </div>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title="Delete what is older?"
        text={
          <>
            {isChanged &&
              LIMITS.filter((limit) => limit in changes)
                .map((limit) => `${WORDS[limit].what}: ${keptFor(limit, { ...retention, ...changes })}. `)
                .join("")}
            What is older is deleted within the hour, and nothing brings it back.
          </>
        }
        deed="Delete what is older"
        danger
        onConfirm={save}
      />
    </form>
  );
}

interface LimitProps {
  limit: Limit;
  typed: string | null;
  kept: string;
  onChange: (typed: string | null) => void;
}

function LimitField({ limit, typed, kept, onChange }: LimitProps) {
  const { what, help } = WORDS[limit];
  return (
    <div className={css.limit}>
      <div>
        <h3>{what}</h3>
        <p className={css.quiet}>{help}</p>
      </div>
      <div className={css.line}>
        <Switch
          label={typed === null ? `kept ${kept}` : "deleted after"}
          checked={typed !== null}
          onChange={(on) => onChange(on ? SUGGESTED : null)}
        />
        {typed !== null && (
          <Field label={`Days to keep ${what.toLowerCase()}`} error={problemOf(typed) || null}>
            <TextInput
              className={css.days}
              inputMode="numeric"
              value={typed}
              onChange={(event) => onChange(event.target.value)}
            />
          </Field>
        )}
      </div>
    </div>
  );
}
