import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type ItemState, listQueueItems, type QueueItem } from "@/api";
import { listQueueItemsQueryKey } from "@/api/@tanstack/react-query.gen";
import { Datum } from "@/charts/Values";
import { Answered, Badge, Button, Moment, Panel, Select, Table } from "@/design";
import { percent } from "@/format/numbers";
import { oneLine } from "@/format/texts";
import { typedOf } from "../../requests/scores/draft";
import { nameOf } from "../../requests/scores/values";
import { RequestLink } from "../../scores/parts/RequestLink";
import css from "../queues.module.css";
import { STATES } from "../words";

const route = getRouteApi("/shell/queues/$queueId");
const PAGE = 100;
const ALL = "all";

/** The calls of a queue in its order, each with its probability and who did what with it. */
export function ItemsPanel({ queueId }: { queueId: string }) {
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const items = useItems(queueId, state);
  return (
    <Panel
      title="Calls"
      note="in an order of chance: the first ones are a sample of the sample"
      flush
      actions={
        <Select<ItemState | typeof ALL>
          label="State"
          value={state ?? ALL}
          options={[
            { value: ALL, label: "all of them" },
            ...Object.entries(STATES).map(([value, { word }]) => ({ value: value as ItemState, label: word })),
          ]}
          onChange={(chosen) =>
            void navigate({
              search: (kept) => ({ ...kept, state: chosen === ALL ? undefined : chosen }),
              resetScroll: false,
            })
          }
        />
      }
    >
      <Answered query={items} height="16rem">
        {({ pages }) => <Items items={pages.flatMap(({ data }) => data.items)} />}
      </Answered>
      {items.hasNextPage && (
        <p className={css.more}>
          <Button disabled={items.isFetchingNextPage} onClick={() => void items.fetchNextPage()}>
            Show more
          </Button>
        </p>
      )}
    </Panel>
  );
}

function useItems(queueId: string, state: ItemState | undefined) {
  const path = { queue_id: queueId };
  return useInfiniteQuery({
    queryKey: [...listQueueItemsQueryKey({ path, query: { state, limit: PAGE } }), "pages"],
    queryFn: async ({ pageParam, signal }) => {
      const query = { state, limit: PAGE, cursor: pageParam };
      return (await listQueueItems({ path, query, signal, throwOnError: true })).data;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ data }) => data.cursor ?? undefined,
    refetchOnMount: "always",
  });
}

function Items({ items }: { items: readonly QueueItem[] }) {
  if (items.length === 0) return <p className={css.more}>None stands so.</p>;
  return (
    <Table
      label="Calls of the queue"
      rows={items}
      keyOf={({ item }) => String(item)}
      columns={[
        { key: "item", title: "No.", align: "end", cell: ({ item }) => item },
        { key: "call", title: "Call", cell: ({ request_id }) => <RequestLink id={request_id} /> },
        { key: "at", title: "Made", cell: ({ called_at }) => <Moment at={called_at} /> },
        {
          key: "state",
          title: "State",
          cell: ({ state }) => <Badge tone={STATES[state].tone}>{STATES[state].word}</Badge>,
        },
        {
          key: "chance",
          title: "Probability",
          align: "end",
          cell: ({ inclusion }) => <Datum value={inclusion} write={percent} />,
        },
        { key: "why", title: "Drawn as", cell: ({ why }) => oneLine(why) },
        { key: "who", title: "Annotators", cell: who },
        { key: "mine", title: "You said", cell: mine },
      ]}
    />
  );
}

function who({ annotators }: QueueItem) {
  if (annotators.length === 0) return "–";
  return annotators
    .map(({ annotator, state, reason }) => `${oneLine(annotator)} ${state}${reason ? `: ${oneLine(reason)}` : ""}`)
    .join(", ");
}

function mine({ mine: said }: QueueItem) {
  const entries = Object.entries(said);
  if (entries.length === 0) return "–";
  if (entries.length === 1) return oneLine(typedOf(entries[0]?.[1] ?? ""));
  return entries.map(([name, value]) => `${nameOf(name)} ${oneLine(typedOf(value))}`).join(", ");
}
