import type { Compared, Difference as Found, Sides } from "@/api";
import { Difference, Panel, Table, Trust } from "@/design";
import { duration, money, score } from "@/format/numbers";
import css from "./figures.module.css";
import { ofNumber } from "./trust";

interface Objective {
  key: string;
  name: string;
  sides: Sides;
  found: Found;
  better: "higher" | "lower" | null;
  write: (value: number | null) => string;
}

/** Quality, cost and latency beside one another: does either segment win on everything? */
export function CostPanel({ compared }: { compared: Compared }) {
  const { difference, sides, cost, cost_sides, latency, latency_sides, direction, dominance, name } = compared;
  const better = direction === "neither" ? null : direction;
  const objectives: Objective[] = [
    { key: "quality", name, sides, found: difference, better, write: score },
    { key: "cost", name: "cost of a call", sides: cost_sides, found: cost, better: "lower", write: money },
    { key: "latency", name: "latency", sides: latency_sides, found: latency, better: "lower", write: duration },
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
          {
            key: "a",
            title: "a",
            align: "end",
            cell: ({ sides, write }) => <Trust of={ofNumber(sides.a)} write={write} />,
          },
          {
            key: "b",
            title: "b",
            align: "end",
            cell: ({ sides, write }) => <Trust of={ofNumber(sides.b)} write={write} />,
          },
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
        Means with their n and their intervals of 95 %. Segments that saw different traffic differ in cost and latency
        for that reason alone.
      </p>
    </Panel>
  );
}
