import type { ReactNode } from "react";
import { Code, Facts, Moment, Panel } from "@/design";
import figures from "../figures/figures.module.css";
import { ScoreLink } from "../parts/RequestLink";
import { CLUSTERINGS } from "../words";
import { filterInWords } from "./filterInWords";

/** The parts of any question that people ask about first; the whole of it stands below. */
interface Asked {
  name?: string;
  start?: string;
  end?: string;
  filter?: unknown;
  clock?: string;
  cluster?: string;
  sources?: readonly string[];
  authors?: readonly string[];
}

/** What was asked, with every default filled in: the same words mean the same whenever they are asked again. */
export function QuestionPanel({ question }: { question: unknown }) {
  const { name, start, end, filter, clock, cluster, sources = [], authors = [] } = (question ?? {}) as Asked;
  const whose = [...sources, ...authors].join(", ");
  const rows: [string, ReactNode][] = [
    ["Score", name ? <ScoreLink key="name" name={name} /> : "several"],
    ["From", start ? <Moment key="start" at={start} /> : "–"],
    ["To", end ? <Moment key="end" at={end} /> : "–"],
    ["Calls", filterInWords(filter)],
    ["Whose scores", whose || "everybody’s"],
    ["Placed", clock === "judged" ? "when judged" : "when requested"],
    ["Clusters", CLUSTERINGS.find(({ value }) => value === cluster)?.label ?? cluster ?? "–"],
  ];
  return (
    <Panel title="What was asked">
      <div className={figures.stack}>
        <Facts rows={rows} />
        <Code most="16rem">{JSON.stringify(question, null, 2)}</Code>
      </div>
    </Panel>
  );
}
