import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ListChecks, Play, Plus } from "lucide-react";
import type { Queue } from "@/api";
import { listQueuesOptions } from "@/api/@tanstack/react-query.gen";
import { useMay } from "@/data/me";
import { Answered, Badge, ButtonLink, type Column, Empty, Moment, Page, Panel, Switch, Table } from "@/design";
import { count } from "@/format/numbers";
import { oneLine } from "@/format/texts";
import { nameOf } from "../requests/scores/values";
import { useNarrow } from "../requests/useNarrow";
import { ProgressBar } from "./parts";
import css from "./queues.module.css";
import { HOW, standsFor } from "./words";

const route = getRouteApi("/shell/queues");

/** What waits for people's labels, and how far it has come. */
export function QueuesPage() {
  const { archived = false } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay("write");
  const queues = useQuery({ ...listQueuesOptions({ query: { archived } }), refetchOnMount: "always" });
  return (
    <Page
      title="Queues"
      lead="Calls drawn for people to label. Each label keeps the probability with which its call was drawn, so that a few of them speak for all."
      actions={
        <>
          <Switch
            label="Archived, too"
            checked={archived}
            onChange={(on) => void navigate({ search: (kept) => ({ ...kept, archived: on || undefined }) })}
          />
          {may && <NewQueue />}
        </>
      }
    >
      <Answered query={queues} height="16rem">
        {({ data }) => (data.length === 0 ? <NoQueues may={may} /> : <List queues={data} may={may} />)}
      </Answered>
    </Page>
  );
}

function NewQueue() {
  return (
    <ButtonLink look="primary" to="/queues/new">
      <Plus aria-hidden />
      New queue
    </ButtonLink>
  );
}

function NoQueues({ may }: { may: boolean }) {
  return (
    <Empty icon={<ListChecks size={28} aria-hidden />} title="No queue yet" action={may && <NewQueue />}>
      Draw a sample of calls and label them one after the other, by keys alone. The labels correct a judge model’s mean,
      show how far people agree, or are scores by themselves.
    </Empty>
  );
}

/** The columns for which there is room on a narrow screen; the page of a queue has the rest. */
const NARROW: readonly string[] = ["name", "progress", "deeds"];

function List({ queues, may }: { queues: readonly Queue[]; may: boolean }) {
  const narrow = useNarrow();
  const columns: Column<Queue>[] = [
    { key: "name", title: "Queue", cell: (queue) => <Name queue={queue} /> },
    { key: "progress", title: "Done", cell: ({ progress }) => <ProgressBar of={progress} /> },
    { key: "scores", title: "Scores to give", cell: scoresOf },
    {
      key: "draw",
      title: "Drawn",
      cell: ({ draw }) => (
        <div className={css.name}>
          {HOW[draw.how]}
          <span>of {standsFor(draw)}</span>
        </div>
      ),
    },
    { key: "people", title: "Annotators", cell: peopleOf },
    { key: "created", title: "Made", cell: (queue) => <Made queue={queue} /> },
    {
      key: "deeds",
      title: <span className="visually-hidden">Label</span>,
      align: "end",
      cell: (queue) => may && <LabelLink queue={queue} />,
    },
  ];
  return (
    <Panel flush>
      <Table
        label="Queues"
        rows={queues}
        keyOf={({ id }) => id}
        columns={columns.filter(({ key }) => !narrow || NARROW.includes(key))}
      />
    </Panel>
  );
}

function Name({ queue }: { queue: Queue }) {
  return (
    <div className={css.name}>
      <Link to="/queues/$queueId" params={{ queueId: queue.id }}>
        <bdi>{oneLine(queue.name)}</bdi>
      </Link>
      {queue.description && <span>{oneLine(queue.description)}</span>}
      {queue.archived_at && <Badge>archived</Badge>}
    </div>
  );
}

function scoresOf({ scores }: Queue) {
  return (
    <span className={css.badges}>
      {scores.map(({ name }) => (
        <Badge key={name}>{nameOf(name)}</Badge>
      ))}
    </span>
  );
}

function peopleOf({ progress: { annotators } }: Queue) {
  if (annotators.length === 0) return <span className={css.quiet}>nobody yet</span>;
  return (
    <ul>
      {annotators.map(({ annotator, done }) => (
        <li key={annotator} className={css.person}>
          <bdi>{oneLine(annotator)}</bdi> <span className={css.quiet}>{count(done)} done</span>
        </li>
      ))}
    </ul>
  );
}

function Made({ queue }: { queue: Queue }) {
  return (
    <div className={css.name}>
      <Moment at={queue.created_at} relative />
      <span>by {oneLine(queue.created_by)}</span>
    </div>
  );
}

/** To the labelling of a queue, while there is something to label. */
export function LabelLink({ queue, look }: { queue: Queue; look?: "primary" }) {
  if (queue.archived_at || queue.progress.left === 0) return null;
  return (
    <ButtonLink look={look} to="/queues/$queueId/label" params={{ queueId: queue.id }}>
      <Play aria-hidden />
      Label
    </ButtonLink>
  );
}
