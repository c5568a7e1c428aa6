import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { MadeKey, Scope } from "@/api";
import { createApiKeyMutation, getApiKeysQueryKey, getOrganizationQueryKey } from "@/api/@tanstack/react-query.gen";
import { Button, Dialog, Field, Problem, Segments, TextField } from "@/design";
import css from "./settings.module.css";
import { scopeWords } from "./words";

const KINDS: Record<string, readonly Scope[]> = {
  "read and write": ["read", "write"],
  read: ["read"],
  write: ["write"],
  admin: ["admin"],
};

/** Makes a key, which is then shown once. */
export function KeyDialog({ onClose, onMade }: { onClose: () => void; onMade: (key: MadeKey) => void }) {
  const [name, setName] = useState("");
  const [kind, setKind] = useState("read and write");
  const queries = useQueryClient();
  const scopes = KINDS[kind] as readonly Scope[];
  const make = useMutation({
    ...createApiKeyMutation(),
    onSuccess: (key) => {
      onClose();
      onMade(key);
      void queries.invalidateQueries({ queryKey: getApiKeysQueryKey() });
      void queries.invalidateQueries({ queryKey: getOrganizationQueryKey() });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") make.mutate({ body: { api_key_name: name.trim(), scopes: [...scopes] } });
  };
  return (
    <Dialog open onOpenChange={(is) => !is && onClose()} title="New API key">
      <form className={css.form} onSubmit={submit}>
        <TextField
          label="Name"
          help="Scores that are given with it carry this name as their author."
          placeholder="production gateway"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Field label="It may" help={`Whoever has it ${scopeWords(scopes)}.`}>
          <Segments
            label="It may"
            value={kind}
            options={Object.keys(KINDS).map((value) => ({ value, label: value }))}
            onChange={setKind}
          />
        </Field>
        {make.error && <Problem error={make.error} />}
        <div className={css.deeds}>
          <Button type="submit" look="primary" disabled={name.trim() === "" || make.isPending}>
            Make the key
          </Button>
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
