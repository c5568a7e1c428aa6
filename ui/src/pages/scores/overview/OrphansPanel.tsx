import { Link } from "@tanstack/react-router";
import type { Orphan, Orphans } from "@/api";
import { Panel, Table } from "@/design";
import { count, duration } from "@/format/numbers";
import { TargetLink } from "../parts/RequestLink";
import { SCORE_COLUMNS } from "../parts/scoreColumns";

/** Scores whose call has not come: they wait, for as long as it takes. */
export function OrphansPanel({ orphans: { n, orphans } }: { orphans: Orphans }) {
  if (n === 0) return null;
  return (
    <Panel
      title="Waiting for their call"
      note={`${count(n)} ${n === 1 ? "score" : "scores"}; a slip in an id looks like a call that is late`}
      flush
    >
      <Table<Orphan>
        label="Scores whose call has not come"
        rows={orphans}
        keyOf={({ score }) => `${score.id} ${score.version}`}
        columns={[
          {
            key: "target",
            title: "Call that is not there",
            cell: ({ score }) => <TargetLink target={score.target} id={score.target_id} />,
          },
          {
            key: "name",
            title: "Score",
            cell: ({ score }) => (
              <Link to="/scores/$name" params={{ name: score.name }} search={{ open: score.id }}>
                {score.name}
              </Link>
            ),
          },
          { key: "value", title: "Value", cell: ({ score }) => SCORE_COLUMNS.value(score) },
          { key: "by", title: "By", cell: ({ score }) => SCORE_COLUMNS.by(score) },
          { key: "age", title: "Waiting for", align: "end", cell: (one) => duration(one.age_seconds * 1000) },
        ]}
      />
    </Panel>
  );
}
