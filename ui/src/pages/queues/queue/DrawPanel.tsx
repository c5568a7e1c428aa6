import { useQuery } from "@tanstack/react-query";
import type { DrawRecord, QueueDetail } from "@/api";
import { listQueueItemsOptions } from "@/api/@tanstack/react-query.gen";
import { useZone } from "@/data/zone";
import { Facts, Mono, Note, Panel } from "@/design";
import { count, percent, signed } from "@/format/numbers";
import { brief } from "@/format/times";
import { nameOf } from "../../requests/scores/values";
import { nameOf as raterName } from "../../scores/parts/RaterPicker";
import { filterInWords } from "../../scores/pin/filterInWords";
import { dimensionName } from "../../scores/words";
import css from "../queues.module.css";
import { chanceOf, HOW, standsFor } from "../words";

/** How the calls were come by: all that it takes to trust what their labels say of the others. */
export function DrawPanel({ queue }: { queue: QueueDetail }) {
  const { draw, scores, per_item: perItem, overlap } = queue;
  return (
    <Panel title="How it was drawn">
      <div className={css.stack}>
        <Facts
          rows={[
            ["Drawn", HOW[draw.how]],
            ["Stands for", standsFor(draw)],
            ["Probability", <Chance key="chance" queueId={queue.id} />],
            ["Of", draw.how !== "listed" && <Of key="of" draw={draw} />],
            ["Scores to give", scores.map(({ name }) => nameOf(name)).join(", ")],
            draw.judge ? ["Judge", judged(draw)] : null,
            draw.expected_half_width != null && [
              "Expected precision",
              `${signed(draw.expected_half_width).replace("+", "± ")} around the corrected mean`,
            ],
            [
              "Asked",
              perItem === 1 ? "one person each" : `${count(perItem)} people of ${percent(overlap)} of the calls`,
            ],
            draw.how !== "listed" && ["Seed", <Mono key="seed">{String(draw.seed)}</Mono>],
          ]}
        />
        {draw.warning && <Note>{draw.warning}</Note>}
      </div>
    </Panel>
  );
}

function judged({ judge, by }: DrawRecord): string {
  const who = raterName({ ...judge });
  return by ? `${who}; by ${dimensionName(by)}` : who;
}

function Of({ draw }: { draw: DrawRecord }) {
  const zone = useZone();
  const { start, end, filter } = draw;
  return (
    <>
      {filterInWords(filter)}
      {start && end && (
        <span className={css.quiet}>
          {" "}
          from {brief(start, zone)} to {brief(end, zone)}
        </span>
      )}
    </>
  );
}

/** With which probability the first few hundred were drawn; each is listed with its own. */
function Chance({ queueId }: { queueId: string }) {
  const items = useQuery(listQueueItemsOptions({ path: { queue_id: queueId }, query: { limit: 500 } }));
  if (!items.data) return "…";
  return chanceOf(items.data.data.items.map(({ inclusion }) => inclusion));
}
