import { useMutation } from "@tanstack/react-query";
import { CircleCheckBig, RotateCw, Undo2 } from "lucide-react";
import { listQueueItems, type NextItem, type QueueDetail, unskipQueueItem } from "@/api";
import { useMe } from "@/data/me";
import { Button, ButtonLink, Empty, Kbd, tell } from "@/design";
import { NOTHING } from "../words";
import css from "./label.module.css";
import type { Labelling } from "./useLabelling";

/** Nothing is left for now: why, and what can be done about it. */
export function Finish({ queue, end, labelling }: { queue: QueueDetail; end: NextItem; labelling: Labelling }) {
  const { title, text } = NOTHING[end.reason ?? "done"];
  const unskip = useUnskip(queue.id, labelling.again);
  return (
    <Empty
      icon={<CircleCheckBig size={32} aria-hidden />}
      title={title}
      action={
        <div className={css.deeds}>
          <ButtonLink look="primary" to="/queues/$queueId" params={{ queueId: queue.id }}>
            See the queue
          </ButtonLink>
          {end.progress.skipped > 0 && (
            <Button disabled={unskip.isPending} onClick={() => unskip.mutate()}>
              Take my skips back
            </Button>
          )}
          {end.reason !== "done" && (
            <Button onClick={labelling.again}>
              <RotateCw aria-hidden />
              Look again
            </Button>
          )}
          {labelling.trail.order.length > 0 && (
            <Button onClick={labelling.undo}>
              <Undo2 aria-hidden />
              Undo the last <Kbd>u</Kbd>
            </Button>
          )}
        </div>
      }
    >
      {text}
    </Empty>
  );
}

const PAGE = 500;

/** Takes back every skip of whoever is signed in, page by page. */
function useUnskip(queueId: string, onDone: () => void) {
  const { author } = useMe();
  return useMutation({
    mutationFn: async () => {
      let cursor: string | null = "0";
      while (cursor !== null) {
        const { data }: Awaited<ReturnType<typeof listQueueItems<true>>> = await listQueueItems({
          path: { queue_id: queueId },
          query: { limit: PAGE, cursor },
          throwOnError: true,
        });
        const skipped = data.data.items.filter(({ annotators }) =>
          annotators.some((one) => one.annotator === author && one.state === "skipped"),
        );
        for (const { item } of skipped) {
          await unskipQueueItem({ path: { queue_id: queueId, item }, throwOnError: true });
        }
        cursor = data.data.cursor;
      }
    },
    onSuccess: onDone,
    onError: tell.problem,
  });
}
