import { useMutation } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Dices } from "lucide-react";
import { type FormEvent, useState } from "react";
import { createQueueMutation } from "@/api/@tanstack/react-query.gen";
import { treeOf } from "@/data/filter";
import { useMay } from "@/data/me";
import { useWindow } from "@/data/now";
import { Button, ButtonLink, Empty, Field, Page, Panel, Problem, Segments, TextInput } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { TimeRange } from "@/shell/TimeRange";
import { WordsFields } from "../queue/QueueMenu";
import css from "../queues.module.css";
import { type DrawnHow, MAX_SIZE } from "../search";
import { HOW } from "../words";
import { bodyOf, type Draft, draftOf, problemOf } from "./draft";
import { JudgeFields } from "./JudgeFields";
import { Preview } from "./Preview";
import { ScoresChoice } from "./ScoresChoice";

const route = getRouteApi("/shell/queues/new");

/** Draws a sample: of which calls, how, how many, and what is asked of each. */
export function NewQueuePage() {
  const may = useMay("write");
  return (
    <Page
      title="New queue"
      lead="A sample of calls for people to label. Of each it is known with which probability it was drawn, and its labels carry that on."
      actions={<ButtonLink to="/queues">All queues</ButtonLink>}
    >
      {may ? <Form /> : <Empty title="You may only read">Your role or key does not allow to draw a queue.</Empty>}
    </Page>
  );
}

function Form() {
  const search = route.useSearch();
  const { start, end } = useWindow();
  const [draft, setDraft] = useState<Draft>(() => draftOf(search));
  const put = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const navigate = route.useNavigate();
  const create = useMutation({
    ...createQueueMutation(),
    onSuccess: ({ data }) =>
      navigate({ to: "/queues/$queueId", params: { queueId: data.id }, search: { filter: undefined } as never }),
  });
  const calls = { filter: treeOf(search.filter), start: start.toISOString(), end: end.toISOString() };
  const body = bodyOf(draft, calls);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (body) create.mutate({ body });
  };
  return (
    <form className={css.columns} onSubmit={submit}>
      <div className={css.stack}>
        <Panel title="What is asked">
          <div className={css.form}>
            <WordsFields draft={draft} onChange={put} />
            <ScoresChoice chosen={draft.scores} onChange={(scores) => put({ scores })} />
          </div>
        </Panel>
        <Panel title="Which calls" actions={<TimeRange />}>
          <FilterBar />
        </Panel>
        <Panel title="How they are drawn">
          <div className={css.form}>
            <HowFields draft={draft} put={put} />
            <People draft={draft} put={put} />
          </div>
        </Panel>
      </div>
      <Panel title="What you will get" className={css.aside}>
        <div className={css.stack}>
          <Preview draft={draft} calls={calls} />
          {create.error && <Problem error={create.error} />}
          <div className={css.formDeeds}>
            <Button type="submit" look="primary" disabled={body === null || create.isPending}>
              <Dices aria-hidden />
              {create.isPending ? "Drawing…" : "Draw the sample"}
            </Button>
          </div>
          {body === null && <p className={css.quiet}>{problemOf(draft)}</p>}
        </div>
      </Panel>
    </form>
  );
}

export interface FieldsProps {
  draft: Draft;
  put: (changed: Partial<Draft>) => void;
}

const HOW_HELP: Record<DrawnHow, string> = {
  uniform:
    "Every call is as likely as any other: for a mean of people’s scores by themselves, or to see how far they agree.",
  uncertain:
    "Calls where the judge is expected to err are drawn more often: the fewest labels that make its mean right.",
};

function HowFields({ draft, put }: FieldsProps) {
  return (
    <>
      <Field label="Method" help={HOW_HELP[draft.how]}>
        <Segments<DrawnHow>
          label="Method"
          value={draft.how}
          options={(["uniform", "uncertain"] as const).map((value) => ({ value, label: HOW[value] }))}
          onChange={(how) => put({ how })}
        />
      </Field>
      {draft.how === "uncertain" && <JudgeFields draft={draft} put={put} />}
      <div className={css.row}>
        <Field label="Calls to draw, about">
          <TextInput
            className={css.number}
            inputMode="numeric"
            value={draft.size}
            onChange={(event) => put({ size: event.target.value })}
          />
        </Field>
        <Field label="Seed" help={`1 to ${MAX_SIZE} calls. The same seed draws the same ones.`}>
          <TextInput
            inputMode="numeric"
            placeholder="made by chance"
            value={draft.seed}
            onChange={(event) => put({ seed: event.target.value })}
          />
        </Field>
      </div>
    </>
  );
}

const PEOPLE = ["1", "2", "3", "4", "5"] as const;

/** How many people judge a call, and how many of the calls. */
function People({ draft, put }: FieldsProps) {
  return (
    <div className={css.row}>
      <Field
        label="People for each call"
        help={
          draft.perItem === "1" ? "Two or more show how far people agree." : "Each call of the share goes to as many."
        }
      >
        <Segments
          label="People for each call"
          value={draft.perItem}
          options={PEOPLE.map((value) => ({ value, label: value }))}
          onChange={(perItem) => put({ perItem })}
        />
      </Field>
      {draft.perItem !== "1" && (
        <Field label="Of this share, in %" help="The others go to one person each.">
          <TextInput
            className={css.number}
            inputMode="decimal"
            value={draft.overlap}
            onChange={(event) => put({ overlap: event.target.value })}
          />
        </Field>
      )}
    </div>
  );
}
