import { getRouteApi } from "@tanstack/react-router";
import { Page } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { TimeRange } from "@/shell/TimeRange";
import { ChartControls, Live, type PutSearch } from "./Controls";
import css from "./dashboard.module.css";
import { Overview } from "./Overview";
import { useScope } from "./scope";
import { ScoreCards } from "./scores/ScoreCards";
import { Tops } from "./tops/Tops";
import { useLive } from "./useLive";

const route = getRouteApi("/shell/dashboard");

/** How things stand: every number with the one before it, every chart to zoom and to press, and where to look next. */
export function DashboardPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const put: PutSearch = (changed) =>
    void navigate({ replace: true, resetScroll: false, search: (kept) => ({ ...kept, ...changed }) });
  const scope = useScope(search.filter);
  useLive(search.live ?? false);
  return (
    <Page
      title="Dashboard"
      actions={
        <>
          <TimeRange />
          <Live live={search.live ?? false} put={put} />
        </>
      }
    >
      <div className={css.bar}>
        <FilterBar />
        <ChartControls search={search} put={put} />
      </div>
      <Overview
        scope={scope}
        search={search}
        put={put}
        nothing="Requests show here within a moment of their end. A longer time may have some."
      />
      <ScoreCards scope={scope} />
      <Tops scope={scope} search={search} put={put} />
    </Page>
  );
}
