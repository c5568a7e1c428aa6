import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ArrowLeftRight } from "lucide-react";
import { useCallback } from "react";
import type { Definition, SegmentQuery } from "@/api";
import { compareScoresOptions } from "@/api/@tanstack/react-query.gen";
import { treeOf } from "@/data/filter";
import { Answered, Button, Empty, Page } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { TimeRange } from "@/shell/TimeRange";
import { ComparisonPanels } from "../figures/ComparisonPanels";
import { Limits } from "../parts/Limits";
import { PinButton } from "../parts/PinButton";
import parts from "../parts/parts.module.css";
import { NoScore, ScorePicker, useCounted, useNamed } from "../parts/ScorePicker";
import { SelectionBar } from "../parts/SelectionBar";
import type { CompareSearch, SegmentState } from "../search";
import { conditionOf, narrowed } from "../segments";
import { useJudges, useSelected } from "../selection";
import { ComparisonOptions } from "./ComparisonOptions";
import css from "./compare.module.css";
import { PresetMenu, timePresets } from "./PresetMenu";
import { SegmentEditor, segmentTitle } from "./SegmentEditor";

const route = getRouteApi("/shell/compare");

/** Two segments of a score against each other: is b better than a, by how much, and could this data have told? */
export function ComparePage() {
  const { name } = route.useSearch();
  const navigate = route.useNavigate();
  const scores = useCounted();
  const put = useCallback(
    (change: CompareSearch) =>
      void navigate({ search: (kept) => ({ ...kept, ...change }), replace: "name" in change, resetScroll: false }),
    [navigate],
  );
  const choose = useCallback((chosen: string) => put({ name: chosen }), [put]);
  const score = useNamed(name, scores, choose);
  return (
    <Page
      title="Compare"
      lead="Is b better than a? Two segments of your calls, set against each other by one score."
      actions={
        <>
          {score && scores && <ScorePicker name={score.name} scores={scores} onChange={choose} />}
          <TimeRange />
        </>
      }
    >
      {score ? <Comparing key={score.name} definition={score} put={put} /> : <NoScore name={name} score={score} />}
    </Page>
  );
}

interface ComparingProps {
  definition: Definition;
  put: (change: CompareSearch) => void;
}

function Comparing({ definition, put }: ComparingProps) {
  const search = route.useSearch();
  const selected = { ...useSelected(search), name: definition.name, kind: definition.kind };
  const { judges } = useJudges(selected);
  const { a, b } = search;
  return (
    <>
      <div className={parts.bar}>
        <FilterBar />
        <SelectionBar search={search} put={put} judges={judges} />
        <ComparisonOptions search={search} put={put} />
      </div>
      <div className={css.sides}>
        <SegmentEditor side="a" page={search.filter} state={a} onChange={(chosen) => put({ a: chosen })} />
        <div className={css.between}>
          <PresetMenu selected={selected} put={put} />
          <Button onClick={() => put({ a: b, b: a })} aria-label="Swap a and b" disabled={!a && !b}>
            <ArrowLeftRight aria-hidden />
            Swap
          </Button>
        </div>
        <SegmentEditor side="b" page={search.filter} state={b} onChange={(chosen) => put({ b: chosen })} />
      </div>
      {a || b ? (
        <Answer definition={definition} put={put} />
      ) : (
        <Empty
          title="Both segments are all calls of this time"
          action={
            <div className={css.starts}>
              {timePresets(selected).map(({ title, change }) => (
                <Button key={title} onClick={() => put(change)}>
                  {title}
                </Button>
              ))}
            </div>
          }
        >
          <p>Say what sets them apart: give either a condition or a time of its own, or take a preset.</p>
        </Empty>
      )}
      <Limits more={LIMITS} />
    </>
  );
}

const LIMITS = [
  "A difference on live traffic is not causal unless chance decided which call was of which segment.",
  "An interval for one look holds at one look that was decided on beforehand. Whoever looks every day reads the anytime-valid one.",
  "“Not yet known” is no “no”: beside it stands the smallest difference that this data could have shown.",
];

function Answer({ definition, put }: ComparingProps) {
  const search = route.useSearch();
  const selected = useSelected(search);
  const { a, b, match, covariate, margin, by } = search;
  const { name, kind, direction, inferred } = definition;
  const compared = useQuery({
    ...compareScoresOptions({
      body: {
        ...selected,
        name,
        kind,
        direction: inferred ? undefined : direction,
        a: asked(a),
        b: asked(b),
        match,
        covariate,
        margin,
        by,
      },
    }),
    placeholderData: keepPreviousData,
  });
  const within = (value: string) => {
    const condition = by === undefined ? null : conditionOf(by, value);
    const filter = condition && narrowed(search.filter, [condition]);
    return filter ? () => put({ filter, by: undefined }) : null;
  };
  return (
    <Answered query={compared} height="30rem">
      {({ data, pin }) => (
        <ComparisonPanels
          compared={data}
          names={{ a: segmentTitle(a), b: segmentTitle(b) }}
          by={by}
          actions={<PinButton pin={pin} />}
          onSlice={within}
        />
      )}
    </Answered>
  );
}

function asked(state: SegmentState | undefined): SegmentQuery {
  return { filter: treeOf(state?.filter), start: state?.from, end: state?.to };
}
