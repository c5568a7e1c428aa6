import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { History } from "lucide-react";
import type { ScoreRecord, ScoresQuery } from "@/api";
import { queryScoresInfiniteOptions } from "@/api/@tanstack/react-query.gen";
import { bothOf } from "@/data/filter";
import { Answered, Button, type Column, Empty, IconButton, Moment, Panel, Table } from "@/design";
import { count, score as written } from "@/format/numbers";
import { TargetLink } from "../parts/RequestLink";
import { SCORE_COLUMNS } from "../parts/scoreColumns";
import type { SelectedScore } from "../selection";
import { usePut } from "./ScorePage";
import css from "./score.module.css";

const route = getRouteApi("/shell/scores/$name");
const PAGE = 20;

/** The single judgements behind the numbers, the newest first. */
export function ListPanel({ selected }: { selected: SelectedScore }) {
  const put = usePut();
  const { open } = route.useSearch();
  const body = { ...listed(selected), limit: PAGE, count: true };
  const pages = useInfiniteQuery({
    ...queryScoresInfiniteOptions({ body }),
    initialPageParam: { body },
    getNextPageParam: (last) => last.data.cursor,
  });
  const columns: Column<ScoreRecord>[] = [
    { key: "judged", title: "Judged", cell: (one) => <When at={one.judged_at} /> },
    { key: "value", title: "Value", cell: SCORE_COLUMNS.value },
    { key: "by", title: "By", cell: SCORE_COLUMNS.by },
    { key: "comment", title: "Comment", cell: (one) => <span className={css.comment}>{one.comment}</span> },
    { key: "drawn", title: "Drawn with", align: "end", cell: (one) => written(one.inclusion) },
    { key: "target", title: "Judges", cell: (one) => <TargetLink target={one.target} id={one.target_id} /> },
    {
      key: "versions",
      title: <span className="visually-hidden">Versions</span>,
      align: "end",
      cell: (one) => (
        <IconButton label="Open with its versions" aria-pressed={one.id === open} onClick={() => put({ open: one.id })}>
          <History />
        </IconButton>
      ),
    },
  ];
  return (
    <Panel title="Single scores" note={noteOf(pages.data?.pages[0]?.data.count, selected)} flush>
      <Answered query={pages} height="12rem">
        {({ pages: found }) => {
          const rows = found.flatMap((page) => page.data.scores);
          if (rows.length === 0) return <Empty title="No scores in this time" />;
          return (
            <>
              <Table
                label="Single scores"
                rows={rows}
                columns={columns}
                keyOf={(one) => `${one.target} ${one.target_id} ${one.id}`}
              />
              {pages.hasNextPage && (
                <div className={css.more}>
                  <Button onClick={() => pages.fetchNextPage()} disabled={pages.isFetchingNextPage}>
                    Show older ones
                  </Button>
                  <span>{count(rows.length)} shown</span>
                </div>
              )}
            </>
          );
        }}
      </Answered>
    </Panel>
  );
}

function When({ at }: { at: string }) {
  return (
    <span className={css.when}>
      <Moment at={at} />
    </span>
  );
}

function noteOf(found: number | null | undefined, { clock }: SelectedScore): string {
  const placed = clock === "judged" ? "judged in this time" : "of calls made in this time";
  return found == null ? placed : `${count(found)} ${placed}`;
}

/** The question for the list: placed by the clock of the page, as its numbers are. */
function listed({ name, kind, start, end, filter, clock, sources, authors }: SelectedScore): ScoresQuery {
  const asked = { names: [name], kinds: [kind], sources: sources ?? [], authors: authors ?? [] };
  if (clock === "judged") return { ...asked, filter, judged_from: start, judged_to: end };
  const requested = { request_response_rmt: { request_created_at: { gte: start, lt: end } } };
  return { ...asked, filter: bothOf(filter, requested) };
}
