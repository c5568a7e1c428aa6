import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import type { QueueDetail } from "@/api";
import { getQueueOptions } from "@/api/@tanstack/react-query.gen";
import { Refusal } from "@/data/client";
import { useMay } from "@/data/me";
import { Answered, Badge, ButtonLink, Empty, Moment, Page, Panel, Stat, Table } from "@/design";
import { count } from "@/format/numbers";
import { oneLine, shown } from "@/format/texts";
import { Bar } from "../parts";
import { LabelLink } from "../QueuesPage";
import css from "../queues.module.css";
import { doneOf } from "../words";
import { AgreementPanel } from "./AgreementPanel";
import { CorrectionPanel } from "./CorrectionPanel";
import { DrawPanel } from "./DrawPanel";
import { ItemsPanel } from "./ItemsPanel";
import { QueueMenu } from "./QueueMenu";

const route = getRouteApi("/shell/queues/$queueId");
const NOT_FOUND = 404;

/** One queue: how far it has come, how it was drawn, how far its annotators agree, and its calls. */
export function QueuePage() {
  const { queueId } = route.useParams();
  const queue = useQuery({ ...getQueueOptions({ path: { queue_id: queueId } }), refetchOnMount: "always" });
  if (queue.error instanceof Refusal && queue.error.status === NOT_FOUND) {
    return (
      <Page title="Queue">
        <Empty
          icon={<SearchX size={28} aria-hidden />}
          title="There is no such queue"
          action={<ButtonLink to="/queues">All queues</ButtonLink>}
        >
          It may have been deleted. The scores that it brought are still there.
        </Empty>
      </Page>
    );
  }
  return (
    <Answered query={queue} height="70vh">
      {({ data }) => <Found key={data.id} queue={data} />}
    </Answered>
  );
}

function Found({ queue }: { queue: QueueDetail }) {
  const may = useMay("write");
  return (
    <Page
      title={oneLine(queue.name)}
      lead={
        <>
          {queue.description && `${shown(queue.description)} · `}
          {queue.archived_at && <Badge tone="warn">archived</Badge>} made <Moment at={queue.created_at} relative /> by{" "}
          {oneLine(queue.created_by)}
        </>
      }
      actions={
        may && (
          <>
            <LabelLink queue={queue} look="primary" />
            <QueueMenu queue={queue} />
          </>
        )
      }
    >
      <div className={css.two}>
        <ProgressPanel queue={queue} />
        <DrawPanel queue={queue} />
      </div>
      {queue.correction && queue.progress.judgements > 0 && <CorrectionPanel question={queue.correction} />}
      <AgreementPanel queue={queue} />
      <ItemsPanel queueId={queue.id} />
    </Page>
  );
}

function ProgressPanel({ queue: { progress } }: { queue: QueueDetail }) {
  const { items, done, begun, left, skipped, gone, judgements, wanted, annotators } = progress;
  return (
    <Panel title="Progress">
      <div className={css.stack}>
        <Bar label="Items done" done={done} begun={begun} all={items} />
        <div className={css.stats}>
          <Stat label="Items done" value={doneOf(progress)} />
          <Stat label="Left" value={count(left)} note={begun > 0 ? `${count(begun)} of them begun` : undefined} />
          {wanted !== items && <Stat label="Judgements" value={`${count(judgements)} of ${count(wanted)}`} />}
          {skipped > 0 && <Stat label="Skipped by somebody" value={count(skipped)} />}
          {gone > 0 && <Stat label="Calls gone" value={count(gone)} note="deleted before they were labelled" />}
        </div>
        {annotators.length === 0 ? (
          <p className={css.quiet}>Nobody has labelled anything yet.</p>
        ) : (
          <Table
            label="Annotators"
            rows={annotators}
            keyOf={({ annotator }) => annotator}
            columns={[
              { key: "who", title: "Annotator", cell: ({ annotator }) => <bdi>{oneLine(annotator)}</bdi> },
              { key: "done", title: "Done", align: "end", cell: (one) => count(one.done) },
              { key: "skipped", title: "Skipped", align: "end", cell: (one) => count(one.skipped) },
              { key: "left", title: "Left for them", align: "end", cell: (one) => count(one.left) },
            ]}
          />
        )}
      </div>
    </Panel>
  );
}
