import { useState } from "react";
import type { Agreement, BreakdownQuery, DistributionQuery } from "@/api";
import type { Bucket } from "@/data/window";
import { Empty, Panel } from "@/design";
import { AgreementPanels } from "../figures/AgreementPanels";
import { BisectionPanel } from "../figures/BisectionPanel";
import { BreakdownFigure } from "../figures/BreakdownFigure";
import { ComparisonPanels } from "../figures/ComparisonPanels";
import { DistributionFigure } from "../figures/DistributionFigure";
import { DriftPanel } from "../figures/DriftPanel";
import { useFace } from "../figures/Faces";
import figures from "../figures/figures.module.css";
import { JudgedPanels } from "../figures/JudgedPanels";
import { PartPanel } from "../figures/PartPanel";
import { SeriesFigure } from "../figures/SeriesFigure";
import { TotalFigure } from "../figures/TotalFigure";
import type { MeasureName } from "../search";
import { dimensionName } from "../words";
import { filterInWords } from "./filterInWords";
import type { Pinned } from "./pinned";

type Of<Kind extends Pinned["kind"]> = Extract<Pinned, { kind: Kind }>;

/** A pinned answer, drawn by what draws it on its own page. */
export function PinnedFigure({ pinned }: { pinned: Pinned }) {
  switch (pinned.kind) {
    case "series":
      return <Series {...pinned} />;
    case "breakdown":
      return <Segmented {...pinned} />;
    case "distribution":
      return <Spread {...pinned} />;
    case "compare":
      return <Comparison {...pinned} />;
    case "bisect":
      return <Bisection {...pinned} />;
    case "judge":
      return (
        <JudgedPanels judged={pinned.answer} bucket={pinned.question.bucket ?? null} end={pinned.question.end ?? ""} />
      );
    case "drift":
      return <DriftPanel drifting={pinned.answer} looks={pinned.question.looks ?? true} />;
    case "agreement":
      return <Raters agreement={pinned.answer} name={pinned.question.name} />;
  }
}

function Series({ question, answer }: Of<"series">) {
  const bucket: Bucket = question.bucket ?? "day";
  return (
    <Panel title="Over time" note={`days of ${question.zone ?? "UTC"}`}>
      <div className={figures.stack}>
        {answer.total && <TotalFigure total={answer.total} kind={answer.kind} />}
        <SeriesFigure series={answer} end={question.end ?? ""} bucket={bucket} height={220} />
      </div>
    </Panel>
  );
}

function Segmented({ question, answer }: Of<"breakdown">) {
  const { asTable, turn } = useFace();
  return (
    <Panel title={titleOf(question)} actions={turn}>
      <BreakdownFigure breakdown={answer} asTable={asTable} />
    </Panel>
  );
}

function titleOf({ by }: BreakdownQuery): string {
  return `By ${by.map(dimensionName).join(" and ")}`;
}

function Spread({ answer }: { question: DistributionQuery } & Pick<Of<"distribution">, "answer">) {
  const { asTable, turn } = useFace();
  return (
    <Panel title="How it is spread" actions={turn}>
      <DistributionFigure distribution={answer} asTable={asTable} />
    </Panel>
  );
}

function Comparison({ question: { a, b, by }, answer }: Of<"compare">) {
  const names = { a: filterInWords(a.filter), b: filterInWords(b.filter) };
  return <ComparisonPanels compared={answer} names={names} by={by} />;
}

function Bisection({ answer }: Of<"bisect">) {
  const [selected, setSelected] = useState<string>();
  const { bisection } = answer;
  if (!bisection) return <Empty title="No change to take apart" />;
  const part = bisection.parts.find(({ label }) => label === selected);
  return (
    <>
      <BisectionPanel
        bisected={{ ...answer, bisection }}
        selected={selected}
        onSelect={(label) => setSelected(label === selected ? undefined : label)}
      />
      {part && <PartPanel part={part} />}
    </>
  );
}

function Raters({ agreement, name }: { agreement: Agreement; name: string | undefined }) {
  const [measure, setMeasure] = useState<MeasureName>("kappa");
  const [pair, setPair] = useState<[number, number]>();
  return (
    <AgreementPanels
      agreement={agreement}
      name={name}
      measure={measure}
      onMeasure={setMeasure}
      pair={pair}
      onPair={setPair}
    />
  );
}
