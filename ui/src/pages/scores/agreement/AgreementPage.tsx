import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import type { Definition } from "@/api";
import { getAgreementOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, Empty, Page, Select } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { TimeRange } from "@/shell/TimeRange";
import { AgreementPanels } from "../figures/AgreementPanels";
import { Limits } from "../parts/Limits";
import { PinButton } from "../parts/PinButton";
import parts from "../parts/parts.module.css";
import { NoScore, ScorePicker, useNamed } from "../parts/ScorePicker";
import type { AgreementSearch, RaterState } from "../search";
import { type SelectedScore, useScores, useSelected } from "../selection";
import { RaterChoice } from "./RaterChoice";
import { RatersPanel } from "./RatersPanel";
import { type KnownRater, useKnownRaters } from "./raters";

const route = getRouteApi("/shell/agreement");
const FEWEST = 2;

/** How far raters agree: annotators, judges, or scores of different names. */
export function AgreementPage() {
  const { name } = route.useSearch();
  const navigate = route.useNavigate();
  const scores = useScores().data?.data;
  const ratable = useMemo(() => scores?.filter(({ kind }) => kind !== "text" && kind !== "correction"), [scores]);
  const put = useCallback(
    (change: AgreementSearch) =>
      void navigate({ search: (kept) => ({ ...kept, ...change }), replace: "name" in change, resetScroll: false }),
    [navigate],
  );
  const choose = useCallback((chosen: string) => put({ name: chosen, raters: undefined, pair: undefined }), [put]);
  const first = useCallback((chosen: string) => put({ name: chosen }), [put]);
  const score = useNamed(name, ratable, first);
  return (
    <Page
      title="Agreement"
      lead="Do two annotators, two judges, or a judge and the people mean the same? How far do two scores go together?"
      actions={
        <>
          {score && ratable && <ScorePicker name={score.name} scores={ratable} onChange={choose} />}
          <TimeRange />
        </>
      }
    >
      {score ? <Rated key={score.name} definition={score} put={put} /> : <NoScore name={name} score={score} />}
    </Page>
  );
}

interface RatedProps {
  definition: Definition;
  put: (change: AgreementSearch) => void;
}

function Rated({ definition, put }: RatedProps) {
  const search = route.useSearch();
  const { name, kind } = definition;
  const selected: SelectedScore = { ...useSelected(search), name, kind };
  const { known, isPending } = useKnownRaters(selected);
  const raters = search.raters ?? usualRaters(known);
  return (
    <>
      <div className={parts.bar}>
        <FilterBar />
        <RaterChoice
          name={name}
          known={known}
          raters={raters}
          onChange={(chosen) => put({ raters: chosen, pair: undefined })}
        />
        {kind === "numeric" && <ScaleChoice search={search} put={put} />}
      </div>
      {raters.length < FEWEST ? (
        <Waiting isPending={isPending} />
      ) : (
        <>
          <Answer selected={selected} raters={raters} put={put} />
          <RatersPanel selected={selected} raters={raters} />
        </>
      )}
      <Limits more={LIMITS} />
    </>
  );
}

const MOST_AT_FIRST = 6;

/** The busiest; those without a name only where there are too few others. */
function usualRaters(known: readonly KnownRater[]): RaterState[] {
  const named = known.filter(({ rater }) => rater.authors !== undefined);
  return (named.length < FEWEST ? known : named).slice(0, MOST_AT_FIRST).map(({ rater }) => rater);
}

const LIMITS = [
  "Agreement is not correctness: raters may agree on what is wrong.",
  "Kappa and alpha are low where one label dominates, by design: look at the shares and the table.",
];

function Waiting({ isPending }: { isPending: boolean }) {
  if (isPending) return null;
  return (
    <Empty title="Fewer than two raters">
      <p>Nobody but one has judged under this name in this time. Add raters, or another score, or widen the time.</p>
    </Empty>
  );
}

function ScaleChoice({ search, put }: { search: AgreementSearch; put: RatedProps["put"] }) {
  return (
    <Select
      label="What differences mean to alpha"
      lead="scale"
      value={search.scale ?? "interval"}
      options={[
        { value: "interval", label: "interval", note: "their size" },
        { value: "ordinal", label: "ordinal", note: "their order" },
        { value: "nominal", label: "nominal", note: "being different" },
      ]}
      onChange={(scale) => put({ scale: scale === "interval" ? undefined : scale })}
    />
  );
}

function Answer({
  selected,
  raters,
  put,
}: {
  selected: SelectedScore;
  raters: readonly RaterState[];
  put: RatedProps["put"];
}) {
  const { scale, measure, pair } = route.useSearch();
  const { name, start, end, filter } = selected;
  const agreement = useQuery({
    ...getAgreementOptions({ body: { name, start, end, filter, raters: [...raters], scale } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Answered query={agreement} height="24rem">
      {({ data, pin }) => (
        <AgreementPanels
          agreement={data}
          name={name}
          measure={measure ?? usual(selected)}
          onMeasure={(chosen) => put({ measure: chosen })}
          pair={pair}
          onPair={(chosen) => put({ pair: chosen })}
          actions={<PinButton pin={pin} />}
        />
      )}
    </Answered>
  );
}

/** Numbers of many values have correlation rather than a table. */
function usual({ kind }: SelectedScore) {
  return kind === "numeric" ? "spearman" : "kappa";
}
