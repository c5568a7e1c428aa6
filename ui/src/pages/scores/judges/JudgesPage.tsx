import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Definition } from "@/api";
import { Page, Tabs } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { TimeRange } from "@/shell/TimeRange";
import { Limits } from "../parts/Limits";
import parts from "../parts/parts.module.css";
import { RaterPicker } from "../parts/RaterPicker";
import { NoScore, ScorePicker, useCounted, useNamed } from "../parts/ScorePicker";
import { SelectionBar } from "../parts/SelectionBar";
import type { JudgesSearch, JudgeTab } from "../search";
import { useJudges, useSelected } from "../selection";
import { CorrectedTab } from "./CorrectedTab";
import { DriftTab } from "./DriftTab";
import { LabelsTab } from "./LabelsTab";

const route = getRouteApi("/shell/judges");

/** Judges made right: their means corrected by people's labels, what to label next, and who moved. */
export function JudgesPage() {
  const { name } = route.useSearch();
  const navigate = route.useNavigate();
  const scores = useCounted();
  const put = useCallback(
    (change: JudgesSearch) =>
      void navigate({ search: (kept) => ({ ...kept, ...change }), replace: "name" in change, resetScroll: false }),
    [navigate],
  );
  const choose = useCallback((chosen: string) => put({ name: chosen, judge: undefined, human: undefined }), [put]);
  const first = useCallback((chosen: string) => put({ name: chosen }), [put]);
  const score = useNamed(name, scores, first);
  return (
    <Page
      title="Judges"
      lead="A judge model is cheap and has its own taste. A few labels of people say how far off it is."
      actions={
        <>
          {score && scores && <ScorePicker name={score.name} scores={scores} onChange={choose} />}
          <TimeRange />
        </>
      }
    >
      {score ? <Judging key={score.name} definition={score} put={put} /> : <NoScore name={name} score={score} />}
    </Page>
  );
}

function Judging({ definition, put }: { definition: Definition; put: (change: JudgesSearch) => void }) {
  const search = route.useSearch();
  const { judge, human, tab = "mean" } = search;
  const selected = { ...useSelected(search), name: definition.name, kind: definition.kind };
  const { judges } = useJudges(selected);
  const asked = { ...selected, sources: undefined, authors: undefined, clock: undefined };
  return (
    <>
      <div className={parts.bar}>
        <FilterBar />
        {tab !== "drift" && (
          <>
            <RaterPicker
              label="Judge"
              lead="judge:"
              rater={judge}
              fallback="every judge model"
              known={judges.filter(({ values: [source] }) => source !== "human")}
              onChange={(chosen) => put({ judge: chosen })}
            />
            <RaterPicker
              label="People"
              lead="people:"
              rater={human}
              fallback="everybody"
              known={judges.filter(({ values: [source] }) => source === "human" || source === "end_user")}
              onChange={(chosen) => put({ human: chosen })}
            />
          </>
        )}
        <SelectionBar search={search} put={put} withClock={false} />
      </div>
      <Tabs<JudgeTab>
        value={tab}
        onChange={(chosen) => put({ tab: chosen === "mean" ? undefined : chosen })}
        tabs={[
          { value: "mean", label: "Corrected mean", content: <CorrectedTab asked={asked} search={search} put={put} /> },
          { value: "labels", label: "Label next", content: <LabelsTab asked={asked} search={search} put={put} /> },
          { value: "drift", label: "Drift", content: <DriftTab asked={asked} search={search} put={put} /> },
        ]}
      />
      <Limits more={LIMITS} />
    </>
  );
}

const LIMITS = [
  "A corrected mean needs labels that were drawn with known probability. It is never much less sure than people alone.",
  "With fewer than 30 labels, or fewer than 5 that differ from the judge, its interval is rough, and the answer warns.",
];
