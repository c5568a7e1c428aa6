import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Boxes } from "lucide-react";
import type { CallBreakdown, CallSegment } from "@/api";
import { breakDownCallsOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, ButtonLink, Empty, Page, Panel } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { shown } from "@/format/texts";
import css from "@/pages/dashboard/dashboard.module.css";
import { valueName } from "@/pages/dashboard/dimensions";
import { type Scope, useAsked, useScope } from "@/pages/dashboard/scope";
import { NUMBER_COLUMNS } from "@/pages/dashboard/segments/columns";
import { Pager } from "@/pages/dashboard/segments/Pager";
import { rowsOf } from "@/pages/dashboard/segments/rows";
import { SegmentTable } from "@/pages/dashboard/segments/SegmentTable";
import { SplitChart } from "@/pages/dashboard/segments/SplitChart";
import { TableHint } from "@/pages/dashboard/segments/TableHint";
import { TimeRange } from "@/shell/TimeRange";
import { ScoreBeside, useScoreColumn } from "./scoreColumn";
import type { ModelsSearch } from "./search";

const route = getRouteApi("/shell/models");
const SIZE = 50;

const COLUMNS = [
  NUMBER_COLUMNS.errors,
  NUMBER_COLUMNS.latency_p50,
  NUMBER_COLUMNS.latency_p95,
  NUMBER_COLUMNS.first_token_p95,
  NUMBER_COLUMNS.speed,
  NUMBER_COLUMNS.cost,
  NUMBER_COLUMNS.price,
  NUMBER_COLUMNS.tokens,
];

type Put = (changed: ModelsSearch) => void;

/** Models against one another: how much each is used, how often it fails, how fast it is and what it costs. */
export function ModelsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const put: Put = (changed) =>
    void navigate({ replace: true, resetScroll: false, search: (kept) => ({ ...kept, ...changed }) });
  const scope = useScope(search.filter);
  return (
    <Page title="Models" actions={<TimeRange />}>
      <div className={css.bar}>
        <FilterBar />
        <ScoreBeside score={search.score} onChange={(score) => put({ score })} />
      </div>
      <ModelsPanel scope={scope} search={search} put={put} />
      <SplitChart
        scope={scope}
        by="model"
        show={search.show}
        onShow={(show) => put({ show })}
        onNarrow={(filter) => put({ filter })}
      />
    </Page>
  );
}

interface ModelsProps {
  scope: Scope;
  search: ModelsSearch;
  put: Put;
}

function ModelsPanel({ scope, search, put }: ModelsProps) {
  const { order = "n", page = 1 } = search;
  const asked = useAsked(scope);
  const offset = (page - 1) * SIZE;
  const found = useQuery({
    ...breakDownCallsOptions({ body: { ...asked, by: ["model", "provider"], top: SIZE, offset, order } }),
    placeholderData: (before) => before,
  });
  return (
    <Panel flush>
      <Answered query={found} height="24rem">
        {({ data }) =>
          data.total.n === 0 ? (
            <NoModels filtered={scope.filter !== undefined} />
          ) : (
            <>
              <Compared found={data} scope={scope} search={search} put={put} />
              <Pager page={page} size={SIZE} of={data.count} noun="models" onPage={(chosen) => put({ page: chosen })} />
              <TableHint />
            </>
          )
        }
      </Answered>
    </Panel>
  );
}

function Compared({ found, scope, search: { order = "n", score }, put }: ModelsProps & { found: CallBreakdown }) {
  const beside = useScoreColumn(score, scope, found);
  return (
    <SegmentTable
      label="Models"
      title="Model"
      rows={rowsOf(found, scope, (segment) => <ModelName segment={segment} />)}
      columns={COLUMNS}
      more={beside ? [beside] : []}
      total={found.total.n}
      order={order}
      onOrder={(chosen) => put({ order: chosen, page: undefined })}
    />
  );
}

function ModelName({ segment: { values } }: { segment: CallSegment }) {
  const [model = "", provider = ""] = values;
  return (
    <>
      <bdi title={shown(model)}>{shown(valueName(model))}</bdi>
      <small>{shown(valueName(provider))}</small>
    </>
  );
}

function NoModels({ filtered }: { filtered: boolean }) {
  return (
    <Empty
      icon={<Boxes size={28} aria-hidden />}
      title={filtered ? "No request meets the filter in this time" : "No requests in this time"}
      action={filtered ? undefined : <ButtonLink to="/welcome">Send a call</ButtonLink>}
    >
      {filtered
        ? "Another filter or a longer time may have some."
        : "The models that calls name stand here side by side. A longer time may have some."}
    </Empty>
  );
}
