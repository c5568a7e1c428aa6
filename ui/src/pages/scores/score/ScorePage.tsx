import { getRouteApi } from "@tanstack/react-router";
import { GitCompare, Ruler, Split } from "lucide-react";
import type { Definition } from "@/api";
import { useMay } from "@/data/me";
import { ButtonLink, Page } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { TimeRange } from "@/shell/TimeRange";
import { DefinitionBadges } from "../parts/Facets";
import { Limits } from "../parts/Limits";
import parts from "../parts/parts.module.css";
import { NoScore } from "../parts/ScorePicker";
import { SelectionBar } from "../parts/SelectionBar";
import type { ScoreSearch } from "../search";
import { isCounted, useJudges, useScore, useSelected } from "../selection";
import { BreakdownPanel } from "./BreakdownPanel";
import { DistributionPanel } from "./DistributionPanel";
import { ListPanel } from "./ListPanel";
import { SeriesPanel } from "./SeriesPanel";
import css from "./score.module.css";
import { VersionsSheet } from "./VersionsSheet";

const route = getRouteApi("/shell/scores/$name");

/** One score: over time, how it is spread, what it is made of, and the single judgements behind it. */
export function ScorePage() {
  const { name } = route.useParams();
  const score = useScore(name);
  if (!score) {
    return (
      <Page title={name}>
        <NoScore name={name} score={score} />
        {/* Of a score whose last judgement was deleted there is still what it was. */}
        <VersionsSheet name={name} categories={[]} />
      </Page>
    );
  }
  // Another score is another page: nothing of the one before may be seen in its place.
  return <Loaded key={name} definition={score} />;
}

/** What of this page's address changes it; `undefined` takes it out. */
export function usePut(): (change: ScoreSearch) => void {
  const navigate = route.useNavigate();
  return (change) => void navigate({ search: (kept) => ({ ...kept, ...change }), resetScroll: false });
}

function Loaded({ definition }: { definition: Definition }) {
  const { name, kind, description } = definition;
  const search = route.useSearch();
  const put = usePut();
  const selected = { ...useSelected(search), name, kind };
  const { judges } = useJudges(selected);
  const counted = isCounted(kind);
  const mayWrite = useMay("write");
  const { filter, clock, cluster, sources, authors } = search;
  const same = { name, filter, clock, cluster, sources, authors };
  return (
    <Page
      title={name}
      lead={
        <span className={css.lead}>
          <DefinitionBadges definition={definition} />
          {description && <span>{description}</span>}
        </span>
      }
      actions={
        <>
          {counted && (
            <>
              <ButtonLink to="/bisect" search={same}>
                <Split aria-hidden />
                Why did it change?
              </ButtonLink>
              <ButtonLink to="/compare" search={same}>
                <GitCompare aria-hidden />
                Compare
              </ButtonLink>
            </>
          )}
          {mayWrite && (
            <ButtonLink to="/definitions" search={{ edit: name }}>
              <Ruler aria-hidden />
              {definition.inferred ? "Define" : "Definition"}
            </ButtonLink>
          )}
          <TimeRange />
        </>
      }
    >
      <div className={parts.bar}>
        <FilterBar />
        <SelectionBar search={search} put={put} judges={counted ? judges : undefined} />
      </div>
      {counted && <SeriesPanel selected={selected} direction={definition.direction ?? "higher"} />}
      {counted || kind === "categorical" ? (
        <div className={css.pair}>
          <DistributionPanel selected={selected} />
          {counted && <BreakdownPanel selected={selected} />}
        </div>
      ) : null}
      <ListPanel selected={selected} />
      <Limits />
      <VersionsSheet name={name} categories={definition.categories ?? []} />
    </Page>
  );
}
