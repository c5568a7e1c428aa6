import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, Pencil, Plus, X } from "lucide-react";
import { useState } from "react";
import { type CallRecord, getCall, putProperty } from "@/api";
import { getCallQueryKey } from "@/api/@tanstack/react-query.gen";
import { useMay } from "@/data/me";
import { Button, IconButton, Suggest, TextInput, tell } from "@/design";
import { usePropertyNames } from "@/filter/suggestions";
import { oneLine, shown } from "@/format/texts";
import { refreshCalls } from "../live/rows";
import css from "./detail.module.css";

/** What the caller said of the call, to add to and to change; the call itself is never rewritten. */
export function Properties({ call }: { call: CallRecord }) {
  const [editing, setEditing] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);
  const may = useMay("write");
  // Headers of sessions are properties, too; the facts above show them.
  const own = Object.entries(call.properties).filter(([name]) => !name.startsWith("Helicone-Session-"));
  const put = usePutProperty(call);
  return (
    <section aria-label="Properties">
      <header className={css.factsHead}>
        <h3>Properties</h3>
        {may && !adding && (
          <IconButton label="Add a property" onClick={() => setAdding(true)}>
            <Plus />
          </IconButton>
        )}
      </header>
      {adding && <Adding put={put} onClose={() => setAdding(false)} />}
      <ul className={css.properties}>
        {own.length === 0 && !adding && <li className={css.quiet}>None.</li>}
        {own.map(([name, value]) => (
          <li key={name}>
            <bdi className={css.propertyName}>{oneLine(name)}</bdi>
            {editing === name ? (
              <Editing name={name} value={value} put={put} onClose={() => setEditing(null)} />
            ) : (
              <>
                <bdi className={css.propertyValue}>{shown(value)}</bdi>
                {may && (
                  <IconButton label={`Change ${oneLine(name)}`} onClick={() => setEditing(name)}>
                    <Pencil />
                  </IconButton>
                )}
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

type Put = ReturnType<typeof usePutProperty>;

function usePutProperty(call: CallRecord) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (property: { key: string; value: string }) => {
      const path = { request_id: call.request_id };
      await putProperty({ path, body: property, throwOnError: true });
      const query = { at: call.created_at };
      const { data } = await getCall({ path, query, throwOnError: true });
      for (const of of [query, undefined]) queries.setQueryData(getCallQueryKey({ path, query: of }), data);
      refreshCalls(queries, [data.data]);
    },
    onSuccess: () => tell.done("The property is saved."),
    onError: tell.problem,
  });
}

function Editing({ name, value, put, onClose }: { name: string; value: string; put: Put; onClose: () => void }) {
  const [typed, setTyped] = useState(value);
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    put.mutate({ key: name, value: typed }, { onSuccess: onClose });
  };
  return (
    <form className={css.inline} onSubmit={submit} onKeyDown={(event) => closes(event, onClose)}>
      <TextInput
        autoFocus
        aria-label={`Value of ${oneLine(name)}`}
        value={typed}
        maxLength={10_000}
        onChange={(event) => setTyped(event.target.value)}
      />
      <IconButton label="Save" type="submit" disabled={put.isPending}>
        <Check />
      </IconButton>
      <IconButton label="Leave it as it was" onClick={onClose}>
        <X />
      </IconButton>
    </form>
  );
}

function Adding({ put, onClose }: { put: Put; onClose: () => void }) {
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const known = usePropertyNames();
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (key.trim() !== "") put.mutate({ key: key.trim(), value }, { onSuccess: onClose });
  };
  return (
    <form className={css.adding} onSubmit={submit} onKeyDown={(event) => closes(event, onClose)}>
      <Suggest
        label="Name of the property"
        autoFocus
        placeholder="environment"
        value={key}
        options={known}
        onChange={setKey}
      />
      <TextInput
        aria-label="Value"
        placeholder="production"
        value={value}
        maxLength={10_000}
        onChange={(event) => setValue(event.target.value)}
      />
      <div className={css.inline}>
        <Button type="submit" look="primary" disabled={key.trim() === "" || put.isPending}>
          Add
        </Button>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

/** Escape leaves the form and closes nothing around it. */
function closes(event: React.KeyboardEvent, onClose: () => void): void {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.preventDefault();
  event.stopPropagation();
  onClose();
}
