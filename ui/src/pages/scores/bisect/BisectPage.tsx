import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Bisected, Definition } from "@/api";
import { bisectScoreOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, Empty, Page } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { TimeRange } from "@/shell/TimeRange";
import { BisectionPanel } from "../figures/BisectionPanel";
import { Limits } from "../parts/Limits";
import { PinButton } from "../parts/PinButton";
import parts from "../parts/parts.module.css";
import { NoScore, ScorePicker, useCounted, useNamed } from "../parts/ScorePicker";
import { SelectionBar } from "../parts/SelectionBar";
import type { BisectSearch } from "../search";
import { useJudges, useSelected } from "../selection";
import { ChangePanel } from "./ChangePanel";
import { DimensionsChoice } from "./DimensionsChoice";
import { ExaminedPart } from "./ExaminedPart";

const route = getRouteApi("/shell/bisect");

/** Since when a score is otherwise than it was, and what the change is made of. */
export function BisectPage() {
  const { name } = route.useSearch();
  const navigate = route.useNavigate();
  const scores = useCounted();
  const put = useCallback(
    (change: BisectSearch) =>
      void navigate({ search: (kept) => ({ ...kept, ...change }), replace: "name" in change, resetScroll: false }),
    [navigate],
  );
  const choose = useCallback((chosen: string) => put({ name: chosen, at: undefined, part: undefined }), [put]);
  const first = useCallback((chosen: string) => put({ name: chosen }), [put]);
  const score = useNamed(name, scores, first);
  return (
    <Page
      title="Bisect"
      lead="Since when, and why: a change of a score taken apart into versions, traffic, and what is left."
      actions={
        <>
          {score && scores && <ScorePicker name={score.name} scores={scores} onChange={choose} />}
          <TimeRange />
        </>
      }
    >
      {score ? <Bisecting key={score.name} definition={score} put={put} /> : <NoScore name={name} score={score} />}
    </Page>
  );
}

function Bisecting({ definition, put }: { definition: Definition; put: (change: BisectSearch) => void }) {
  const search = route.useSearch();
  const { name, kind } = definition;
  const selected = { ...useSelected(search), name, kind };
  const { judges } = useJudges(selected);
  const { at, dimensions } = search;
  const bisected = useQuery({
    ...bisectScoreOptions({ body: { ...selected, at, dimensions } }),
    placeholderData: keepPreviousData,
  });
  const looked = bisected.data?.data.bisection;
  return (
    <>
      <div className={parts.bar}>
        <FilterBar />
        <SelectionBar search={search} put={put} judges={judges} />
        <DimensionsChoice
          chosen={dimensions}
          looked={looked ? [...looked.dimensions, ...looked.constant] : []}
          onChange={(chosen) => put({ dimensions: chosen, part: undefined })}
        />
      </div>
      <Answered query={bisected} height="34rem">
        {({ data, pin }) => (
          <>
            <ChangePanel
              selected={selected}
              bisected={data}
              at={at}
              onAt={(chosen) => put({ at: chosen, part: undefined })}
            />
            <Parts bisected={data} pin={<PinButton pin={pin} />} put={put} search={search} selected={selected} />
          </>
        )}
      </Answered>
      <Limits more={LIMITS} />
    </>
  );
}

const LIMITS = [
  "The parts account for the change; they do not prove a cause. Dimensions that changed together share the credit.",
  "What no segment explains stays there, named as unexplained.",
  "Of a moment that was searched for, both sides are told to lie a little too far apart: it is the moment that parts them most.",
];

interface PartsProps {
  bisected: Bisected;
  pin: React.ReactNode;
  put: (change: BisectSearch) => void;
  search: BisectSearch;
  selected: Parameters<typeof ExaminedPart>[0]["selected"];
}

function Parts({ bisected, pin, put, search, selected }: PartsProps) {
  const { bisection, change } = bisected;
  if (!bisection || !change) {
    return (
      <Empty title={change ? "One side of the change has no scores" : "No change to take apart"}>
        <p>
          {change
            ? "Move the moment, or widen the time."
            : "It takes at least four stretches with scores of several sessions to look for a change. Widen the time, or set the moment by hand."}
        </p>
      </Empty>
    );
  }
  const part = bisection.parts.find(({ label }) => label === search.part);
  const toggle = (label: string) => put({ part: label === search.part ? undefined : label });
  return (
    <>
      <BisectionPanel bisected={{ ...bisected, bisection }} selected={search.part} onSelect={toggle} actions={pin} />
      {part && (
        <ExaminedPart
          key={part.label}
          part={part}
          at={change.at}
          examples={bisected.examples.find(({ label }) => label === part.label)?.request_ids ?? []}
          search={search}
          selected={selected}
        />
      )}
    </>
  );
}
