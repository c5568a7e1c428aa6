import { useQuery } from "@tanstack/react-query";
import { GitCompare } from "lucide-react";
import type { Part, ScoreRecord } from "@/api";
import { queryScoresOptions } from "@/api/@tanstack/react-query.gen";
import { bothOf, treeOf } from "@/data/filter";
import { Answered, ButtonLink, Moment, Table } from "@/design";
import figures from "../figures/figures.module.css";
import { PartPanel } from "../figures/PartPanel";
import { RequestLink, TargetLink } from "../parts/RequestLink";
import { SCORE_COLUMNS } from "../parts/scoreColumns";
import type { BisectSearch } from "../search";
import { focused } from "../segments";
import type { SelectedScore } from "../selection";
import css from "./bisect.module.css";
import { followed } from "./follow";

interface ExaminedProps {
  part: Part;
  at: string;
  /** Requests that the API names for the part: the lowest scores first where it fell. */
  examples: readonly string[];
  search: BisectSearch;
  selected: SelectedScore;
}

const NEWEST = 10;

/** A part that was pressed, with requests to read. */
export function ExaminedPart({ part, at, examples, search, selected }: ExaminedProps) {
  const focus = part.segment.length > 0 ? focused(search, part.segment) : null;
  const { filter, clock, cluster, sources, authors } = search;
  const same = { name: selected.name, filter, clock, cluster, sources, authors };
  const lead = followed(part, same, at, selected);
  return (
    <PartPanel
      part={part}
      actions={
        lead && (
          <ButtonLink to="/compare" search={lead.search}>
            <GitCompare aria-hidden />
            {lead.label}
          </ButtonLink>
        )
      }
    >
      {examples.length > 0 && (
        <section className={figures.stack} aria-label="Requests to read">
          <h3>Requests to read</h3>
          <p className={figures.small}>After the change, within this part, those first that say most about it.</p>
          <ul className={css.examples}>
            {examples.map((id) => (
              <li key={id}>
                <RequestLink id={id} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {focus && <Newest filter={focus} at={at} selected={selected} />}
    </PartPanel>
  );
}

function Newest({ filter, at, selected }: { filter: BisectSearch; at: string; selected: SelectedScore }) {
  const { name, kind, end } = selected;
  const after = { request_response_rmt: { request_created_at: { gte: at, lt: end } } };
  const found = useQuery(
    queryScoresOptions({
      body: {
        names: [name],
        kinds: [kind],
        sources: filter.sources ?? selected.sources ?? [],
        authors: filter.authors ?? selected.authors ?? [],
        filter: bothOf(treeOf(filter.filter), after),
        limit: NEWEST,
      },
    }),
  );
  return (
    <section className={figures.stack} aria-label="The newest scores of this segment">
      <h3>The newest scores of this segment after the change</h3>
      <Answered query={found} height="8rem">
        {({ data: { scores } }) =>
          scores.length === 0 ? (
            <p className={figures.small}>There are none: the segment left.</p>
          ) : (
            <Table<ScoreRecord>
              label="The newest scores of this segment"
              rows={scores}
              keyOf={(one) => `${one.target_id} ${one.id}`}
              columns={[
                { key: "judged", title: "Judged", cell: (one) => <Moment at={one.judged_at} /> },
                { key: "value", title: "Value", cell: SCORE_COLUMNS.value },
                { key: "by", title: "By", cell: SCORE_COLUMNS.by },
                { key: "comment", title: "Comment", cell: (one) => one.comment },
                {
                  key: "target",
                  title: "Judges",
                  cell: (one) => <TargetLink target={one.target} id={one.target_id} />,
                },
              ]}
            />
          )
        }
      </Answered>
    </section>
  );
}
