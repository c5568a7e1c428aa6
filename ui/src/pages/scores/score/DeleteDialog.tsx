import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ScoreRecord } from "@/api";
import { deleteScoreMutation } from "@/api/@tanstack/react-query.gen";
import { Button, Dialog, Problem, TextField, tell } from "@/design";

/** Deletes a score, with the reason for it. Its versions stay, and what was as of before. */
export function DeleteDialog(props: { current: ScoreRecord; open: boolean; onOpenChange: (open: boolean) => void }) {
  const { current, open, onOpenChange } = props;
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const removal = useMutation({
    ...deleteScoreMutation(),
    onSuccess: async () => {
      tell.done("Deleted: it counts nowhere from now on");
      onOpenChange(false);
      await queries.invalidateQueries();
    },
  });
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Delete this score?"
      text="It counts nowhere from then on. Its versions are kept, and a pinned number that counted it still replays."
      actions={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button
            look="danger"
            disabled={removal.isPending}
            onClick={() => removal.mutate({ path: { score_id: current.id }, query: { reason } })}
          >
            Delete the score
          </Button>
        </>
      }
    >
      <TextField label="Why it is deleted" value={reason} onChange={(event) => setReason(event.target.value)} />
      {removal.error && <Problem error={removal.error} />}
    </Dialog>
  );
}
