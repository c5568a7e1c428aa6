import { useMutation, useQueryClient } from "@tanstack/react-query";
import { List, Tag, ThumbsDown, ThumbsUp } from "lucide-react";
import { useState } from "react";
import type { SessionRecord } from "@/api";
import {
  getSessionQueryKey,
  updateSessionFeedbackMutation,
  updateSessionTagMutation,
} from "@/api/@tanstack/react-query.gen";
import { useMay } from "@/data/me";
import { Button, ButtonLink, Field, IconButton, Popover, TextInput, tell } from "@/design";
import { SESSION_KEY } from "@/filter/vocabulary";
import css from "./page.module.css";

/** What can be said of a session as a whole: thumbs, a tag; and the way to its requests. */
export function SessionDeeds({ session }: { session: SessionRecord }) {
  const may = useMay("write");
  const { session_id } = session;
  const requests = {
    match: "all" as const,
    conditions: [{ field: "properties", key: SESSION_KEY, operator: "equals" as const, value: session_id }],
  };
  return (
    <>
      {may && <Thumbs session={session} />}
      {may && <TagForm session={session} />}
      <ButtonLink
        to="/requests"
        search={{ filter: requests, range: undefined, from: session.started_at, to: after(session.last_at) }}
      >
        <List aria-hidden />
        Requests
      </ButtonLink>
    </>
  );
}

/** A moment past another: a window holds its start and not its end. */
function after(at: string): string {
  return new Date(Date.parse(at) + 1).toISOString();
}

function useSettled(session_id: string) {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: getSessionQueryKey({ path: { session_id } }) });
}

function Thumbs({ session: { session_id, feedback } }: { session: SessionRecord }) {
  const settled = useSettled(session_id);
  const rate = useMutation({
    ...updateSessionFeedbackMutation(),
    onSuccess: () => {
      tell.done("The feedback is saved.");
      return settled();
    },
    onError: tell.problem,
  });
  const press = (rating: boolean) => rate.mutate({ path: { session_id }, body: { rating } });
  return (
    <>
      <IconButton
        label="Thumbs up"
        aria-pressed={feedback === true}
        disabled={rate.isPending}
        onClick={() => press(true)}
      >
        <ThumbsUp />
      </IconButton>
      <IconButton
        label="Thumbs down"
        aria-pressed={feedback === false}
        disabled={rate.isPending}
        onClick={() => press(false)}
      >
        <ThumbsDown />
      </IconButton>
    </>
  );
}

function TagForm({ session: { session_id, tag } }: { session: SessionRecord }) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState(tag ?? "");
  const settled = useSettled(session_id);
  const put = useMutation({
    ...updateSessionTagMutation(),
    onSuccess: () => {
      tell.done("The tag is saved; the one before is kept as a version.");
      setOpen(false);
      return settled();
    },
    onError: tell.problem,
  });
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    put.mutate({ path: { session_id }, body: { tag: typed.trim() } });
  };
  return (
    <Popover
      label="Tag the session"
      open={open}
      onOpenChange={(to) => {
        setTyped(tag ?? "");
        setOpen(to);
      }}
      trigger={
        <Button>
          <Tag aria-hidden />
          {tag === null ? "Tag" : "Change tag"}
        </Button>
      }
    >
      <form className={css.tagForm} onSubmit={submit}>
        <Field label="Tag" help="Empty takes it away.">
          <TextInput autoFocus maxLength={255} value={typed} onChange={(event) => setTyped(event.target.value)} />
        </Field>
        <Button type="submit" look="primary" disabled={put.isPending || typed.trim() === (tag ?? "")}>
          Save the tag
        </Button>
      </form>
    </Popover>
  );
}
