import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Definition } from "@/api";
import { listOrphansOptions } from "@/api/@tanstack/react-query.gen";
import { useMay } from "@/data/me";
import { Answered, ButtonLink, Page, Panel, TextInput } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { TimeRange } from "@/shell/TimeRange";
import { Limits } from "../parts/Limits";
import parts from "../parts/parts.module.css";
import { SelectionBar } from "../parts/SelectionBar";
import { useScores } from "../selection";
import { FirstScore } from "./FirstScore";
import { OrphansPanel } from "./OrphansPanel";
import css from "./overview.module.css";
import { ScoreRow } from "./ScoreRow";

const route = getRouteApi("/shell/scores");
/** With more scores than this, a list is searched rather than read. */
const MANY = 8;

/** Every score of the organisation: how it stands, how it moved, and how sure that is. */
export function OverviewPage() {
  const scores = useScores();
  const mayWrite = useMay("write");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page
      title="Scores"
      lead="What people, judge models and code said of your calls, each with its n and its 95 % interval."
      actions={
        <>
          <TimeRange />
          {mayWrite && (
            <ButtonLink to="/definitions" search={{ edit: "" }}>
              Define a score
            </ButtonLink>
          )}
        </>
      }
    >
      <Answered query={scores} height="20rem">
        {({ data }) =>
          data.length === 0 ? (
            <FirstScore />
          ) : (
            <>
              <div className={parts.bar}>
                <FilterBar />
                <SelectionBar
                  search={search}
                  put={(change) => void navigate({ search: (kept) => ({ ...kept, ...change }) })}
                />
              </div>
              <ScoreList scores={data} />
              <Orphans />
              <Limits
                more={[
                  "The change is this window against the one of the same length before. It is not causal: calls of the two differ in more than time.",
                ]}
              />
            </>
          )
        }
      </Answered>
    </Page>
  );
}

function ScoreList({ scores }: { scores: readonly Definition[] }) {
  const [typed, setTyped] = useState("");
  const wanted = typed.trim().toLowerCase();
  const shown = scores.filter(({ name }) => name.toLowerCase().includes(wanted));
  return (
    <Panel flush className={css.panel}>
      {scores.length > MANY && (
        <div className={css.find}>
          <TextInput
            aria-label="Find a score"
            placeholder={`Find among ${scores.length} scores`}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
      )}
      <div className={css.head} aria-hidden>
        <span>Score</span>
        <span>Mean or rate</span>
        <span>Over the window</span>
        <span>Against the window before</span>
        <span>Calls without</span>
      </div>
      <ul className={css.list} aria-label="Scores">
        {shown.map((one) => (
          <ScoreRow key={one.name} definition={one} />
        ))}
      </ul>
      {shown.length === 0 && <p className={css.none}>No score is called like that.</p>}
    </Panel>
  );
}

function Orphans() {
  const orphans = useQuery(listOrphansOptions({ query: { limit: 20 } }));
  return (
    <Answered query={orphans} height="3rem">
      {({ data }) => <OrphansPanel orphans={data} />}
    </Answered>
  );
}
