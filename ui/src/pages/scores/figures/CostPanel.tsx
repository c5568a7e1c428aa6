import type { Compared, Difference as Found } from "@/api";
import { Datum } from "@/charts/Values";
import { Difference, Panel, Table } from "@/design";
import { count, duration, money, score } from "@/format/numbers";
import css from "./figures.module.css";

interface Objective {
  key: string;
  name: string;
  found: Found;
  better: "higher" | "lower" | null;
  write: (value: number) => string;
}

/** Quality, cost and latency beside one another: does either segment win on everything? */
export function CostPanel({ compared }: { compared: Compared }) {
  const { difference, cost, latency, direction, dominance, name } = compared;
  const objectives: Objective[] = [
    { key: "quality", name, found: difference, better: direction === "neither" ? null : direction, write: score },
    { key: "cost", name: "cost of a call", found: cost, better: "lower", write: money },
    { key: "latency", name: "latency", found: latency, better: "lower", write: duration },
  ];
  return (
    <Panel title="What it costs">
      <p className={css.dominance}>{dominance.sentence}</p>
      <Table<Objective>
        label="Quality, cost and latency"
        rows={objectives}
        keyOf={(one) => one.key}
        columns={[
          { key: "name", title: "Mean", cell: (one) => <span className={css.nowrap}>{one.name}</span> },
          { key: "a", title: "a", align: "end", cell: (one) => <Side of={one} side="a" /> },
          { key: "b", title: "b", align: "end", cell: (one) => <Side of={one} side="b" /> },
          {
            key: "difference",
            title: "b − a",
            align: "end",
            cell: ({ found, better, write }) => (
              <Difference
                value={found.difference ?? null}
                low={found.low ?? null}
                high={found.high ?? null}
                better={better}
                write={write}
              />
            ),
          },
        ]}
      />
      <p className={`${css.small} ${css.under}`}>
        Means with their n; the intervals of 95 % are of the differences. Segments that saw different traffic differ in
        cost and latency for that reason alone.
      </p>
    </Panel>
  );
}

function Side({ of: { found, write }, side }: { of: Objective; side: "a" | "b" }) {
  const [mean, n] = side === "a" ? [found.mean_a, found.n_a] : [found.mean_b, found.n_b];
  return (
    <span className={css.side}>
      <Datum value={mean} write={write} />
      <small>n {count(n)}</small>
    </span>
  );
}
