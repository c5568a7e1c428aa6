import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Ellipsis, Pencil, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { QueueDetail } from "@/api";
import { changeQueueMutation, deleteQueueMutation, getQueueQueryKey } from "@/api/@tanstack/react-query.gen";
import { Button, Confirm, Dialog, Field, IconButton, Menu, Problem, TextArea, TextField, tell } from "@/design";
import css from "../queues.module.css";

/** What can be done with a whole queue. */
export function QueueMenu({ queue }: { queue: QueueDetail }) {
  const [doing, setDoing] = useState<"edit" | "delete" | null>(null);
  const change = useChange(queue);
  const removal = useRemoval();
  const path = { queue_id: queue.id };
  const archived = queue.archived_at !== null;
  const close = () => setDoing(null);
  return (
    <>
      <Menu
        trigger={
          <IconButton label="More" look="plain">
            <Ellipsis />
          </IconButton>
        }
        deeds={[
          { label: "Edit name and instructions", icon: <Pencil />, onSelect: () => setDoing("edit") },
          {
            label: archived ? "Take it back" : "Archive",
            icon: archived ? <ArchiveRestore /> : <Archive />,
            onSelect: () => change.mutate({ path, body: { archived: !archived } }),
          },
          null,
          { label: "Delete the queue", icon: <Trash2 />, onSelect: () => setDoing("delete") },
        ]}
      />
      {doing === "edit" && <EditDialog queue={queue} onClose={close} />}
      <Confirm
        open={doing === "delete"}
        onOpenChange={(is) => !is && close()}
        title={`Delete ${queue.name}?`}
        text="Its list of calls and its skips go with it. The scores that people gave in it stay, with their probabilities."
        deed="Delete the queue"
        danger
        onConfirm={() => removal.mutate({ path })}
      />
    </>
  );
}

function useChange(queue: QueueDetail) {
  const queries = useQueryClient();
  return useMutation({
    ...changeQueueMutation(),
    onSuccess: (told) => queries.setQueryData(getQueueQueryKey({ path: { queue_id: queue.id } }), told),
    onError: tell.problem,
  });
}

function useRemoval() {
  const navigate = useNavigate();
  return useMutation({
    ...deleteQueueMutation(),
    onSuccess: () => {
      tell.done("The queue is deleted; its scores stay");
      void navigate({ to: "/queues" });
    },
    onError: tell.problem,
  });
}

function EditDialog({ queue, onClose }: { queue: QueueDetail; onClose: () => void }) {
  const { name, description, instructions } = queue;
  const [draft, setDraft] = useState({ name, description, instructions });
  const change = useChange(queue);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ path: { queue_id: queue.id }, body: draft }, { onSuccess: onClose });
  };
  return (
    <Dialog open onOpenChange={(is) => !is && onClose()} title="Edit the queue">
      <form className={css.form} onSubmit={submit}>
        <WordsFields draft={draft} onChange={(changed) => setDraft({ ...draft, ...changed })} />
        {change.error && <Problem error={change.error} />}
        <div className={css.formDeeds}>
          <Button type="submit" look="primary" disabled={draft.name.trim() === "" || change.isPending}>
            Save
          </Button>
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export interface Words {
  name: string;
  description: string;
  instructions: string;
}

/** The words of a queue: its name, what it is for, and what annotators are told. */
export function WordsFields({ draft, onChange }: { draft: Words; onChange: (changed: Partial<Words>) => void }) {
  return (
    <>
      <TextField
        label="Name"
        value={draft.name}
        placeholder="Helpfulness, week 48"
        maxLength={255}
        onChange={(event) => onChange({ name: event.target.value })}
      />
      <TextField
        label="What it is for"
        value={draft.description}
        placeholder="May stay empty"
        onChange={(event) => onChange({ description: event.target.value })}
      />
      <Field label="Instructions" help="Stand beside each call while it is labelled.">
        <TextArea
          value={draft.instructions}
          rows={3}
          onChange={(event) => onChange({ instructions: event.target.value })}
        />
      </Field>
    </>
  );
}
