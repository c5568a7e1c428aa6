import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { QueueDetail, QueueItem } from "@/api";
import { getQueueOptions } from "@/api/@tanstack/react-query.gen";
import { useMay } from "@/data/me";
import { Answered, ButtonLink, Empty, Page, Problem, Skeleton } from "@/design";
import { count, percent } from "@/format/numbers";
import { oneLine } from "@/format/texts";
import { Chat } from "../../requests/chat/Chat";
import { usePageKeys } from "../../requests/keys";
import { typedOf } from "../../requests/scores/draft";
import { Bar } from "../parts";
import type { Drafts } from "./choices";
import { Finish } from "./Finish";
import { JudgePanel } from "./JudgePanel";
import css from "./label.module.css";
import { type Labelling, standing, useLabelling } from "./useLabelling";

const route = getRouteApi("/shell/queues/$queueId/label");

/** One call after another, judged by keys alone. */
export function LabelPage() {
  const { queueId } = route.useParams();
  const may = useMay("write");
  const queue = useQuery(getQueueOptions({ path: { queue_id: queueId } }));
  if (!may) {
    return (
      <Page title="Label">
        <Empty
          title="You may only read"
          action={
            <ButtonLink to="/queues/$queueId" params={{ queueId }}>
              Back to the queue
            </ButtonLink>
          }
        >
          Labelling writes scores, which your role or key does not allow.
        </Empty>
      </Page>
    );
  }
  return (
    <Answered query={queue} height="70vh">
      {({ data }) => <Desk key={data.id} queue={data} />}
    </Answered>
  );
}

function Desk({ queue }: { queue: QueueDetail }) {
  const labelling = useLabelling(queue.id);
  const { trail, end, error } = labelling;
  const item = trail.items[trail.at];
  // These work while the next call is on its way, too.
  usePageKeys({ u: labelling.undo, ArrowLeft: labelling.back, ArrowRight: labelling.forth });
  return (
    <Page
      title={oneLine(queue.name)}
      fill
      actions={
        <>
          <Standing labelling={labelling} />
          <ButtonLink to="/queues/$queueId" params={{ queueId: queue.id }} look="quiet">
            <ArrowLeft aria-hidden />
            Queue
          </ButtonLink>
        </>
      }
    >
      {error !== null && <Problem error={error} onRetry={labelling.again} />}
      {item ? (
        <Table queue={queue} item={item} labelling={labelling} />
      ) : end ? (
        <Finish queue={queue} end={end} labelling={labelling} />
      ) : (
        error === null && <Skeleton height="60vh" />
      )}
    </Page>
  );
}

function Standing({ labelling: { first, trail, saving } }: { labelling: Labelling }) {
  const now = standing(first, trail);
  if (!now) return null;
  const all = now.done + now.left;
  return (
    <div className={css.standing}>
      <Bar label="Your progress" done={now.done} all={all} />
      <output>
        <strong>{count(now.done)}</strong> done, {count(now.left)} left
        {now.skipped > 0 && `, ${count(now.skipped)} skipped`}
        {saving > 0 && <span className={css.saving}> · saving</span>}
      </output>
    </div>
  );
}

interface Said {
  drafts: Drafts;
  comment: string;
}

function saidOf({ mine }: QueueItem): Said {
  return {
    drafts: Object.fromEntries(Object.entries(mine).map(([name, value]) => [name, typedOf(value)])),
    comment: "",
  };
}

/** The call on the table, and beside it what is asked about it. */
function Table({ queue, item, labelling }: { queue: QueueDetail; item: QueueItem; labelling: Labelling }) {
  const [said, setSaid] = useState<Record<number, Said>>({});
  const pane = useRef<HTMLElement>(null);
  const home = () => pane.current?.focus({ preventScroll: true });
  // A new call is read from its top, and the arrow keys scroll it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another call comes
  useEffect(() => {
    pane.current?.scrollTo({ top: 0 });
    home();
  }, [item.item]);
  const now = said[item.item] ?? saidOf(item);
  return (
    <div className={css.desk}>
      <section
        ref={pane}
        className={css.call}
        aria-label="The call"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
        tabIndex={0}
      >
        <p className={css.about}>
          <span>Call {count(item.item)}</span>
          <span>
            {item.inclusion === null ? "drawn by nobody" : `drawn with probability ${percent(item.inclusion)}`}
          </span>
          <Link
            to="/requests/$requestId"
            params={{ requestId: item.request_id }}
            search={{ at: item.called_at }}
            target="_blank"
          >
            Open the request
          </Link>
        </p>
        <Chat key={item.item} call={{ request_id: item.request_id, created_at: item.called_at }} terms={[]} />
      </section>
      <JudgePanel
        key={item.item}
        queue={queue}
        drafts={now.drafts}
        comment={now.comment}
        outcome={labelling.trail.outcomes[item.item]}
        labelling={labelling}
        onChange={(changed) => setSaid((kept) => ({ ...kept, [item.item]: { ...now, ...changed } }))}
        onHome={home}
      />
    </div>
  );
}
