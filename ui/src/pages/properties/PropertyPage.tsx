import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Tags } from "lucide-react";
import type { CallBreakdown } from "@/api";
import { breakDownCallsOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, ButtonLink, Empty, Page, Panel } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { shown } from "@/format/texts";
import css from "@/pages/dashboard/dashboard.module.css";
import { propertyDimension } from "@/pages/dashboard/dimensions";
import { requestsOf, type Scope, useAsked, useScope } from "@/pages/dashboard/scope";
import { NUMBER_COLUMNS } from "@/pages/dashboard/segments/columns";
import { Pager } from "@/pages/dashboard/segments/Pager";
import { rowsOf } from "@/pages/dashboard/segments/rows";
import { SegmentTable } from "@/pages/dashboard/segments/SegmentTable";
import { SplitChart } from "@/pages/dashboard/segments/SplitChart";
import { TableHint } from "@/pages/dashboard/segments/TableHint";
import { TimeRange } from "@/shell/TimeRange";
import type { PropertySearch } from "./search";

const route = getRouteApi("/shell/properties/$key");
const SIZE = 20;

const COLUMNS = [
  NUMBER_COLUMNS.errors,
  NUMBER_COLUMNS.cost,
  NUMBER_COLUMNS.cost_mean,
  NUMBER_COLUMNS.tokens,
  NUMBER_COLUMNS.latency_p50,
  NUMBER_COLUMNS.latency_p95,
  NUMBER_COLUMNS.users,
];

/** One property: its values against one another, over time and in all. */
export function PropertyPage() {
  const { key } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const put = (changed: PropertySearch) =>
    void navigate({ replace: true, resetScroll: false, search: (kept) => ({ ...kept, ...changed }) });
  const scope = useScope(search.filter);
  const having = requestsOf(scope, [{ field: "property_key", operator: "equals", value: key }]);
  return (
    <Page
      title={shown(key)}
      lead={
        <>
          <Link to="/properties" search={{ filter: search.filter }}>
            Properties
          </Link>
          , by value
        </>
      }
      actions={
        <>
          <TimeRange />
          {having && (
            <ButtonLink to="/requests" search={having}>
              Requests
            </ButtonLink>
          )}
        </>
      }
    >
      <div className={css.bar}>
        <FilterBar />
      </div>
      <SplitChart
        scope={scope}
        by={propertyDimension(key)}
        show={search.show}
        onShow={(show) => put({ show })}
        onNarrow={(filter) => put({ filter })}
      />
      <ValuesPanel name={key} scope={scope} search={search} put={put} />
    </Page>
  );
}

interface ValuesProps {
  name: string;
  scope: Scope;
  search: PropertySearch;
  put: (changed: PropertySearch) => void;
}

function ValuesPanel({ name, scope, search: { order = "n", page = 1 }, put }: ValuesProps) {
  const asked = useAsked(scope);
  const offset = (page - 1) * SIZE;
  const found = useQuery({
    ...breakDownCallsOptions({ body: { ...asked, by: [propertyDimension(name)], top: SIZE, offset, order } }),
    placeholderData: (before) => before,
  });
  return (
    <Panel flush>
      <Answered query={found} height="20rem">
        {({ data }) =>
          data.total.n === 0 ? (
            <NoValues filtered={scope.filter !== undefined} />
          ) : (
            <>
              <SegmentTable
                label={`Values of ${name}`}
                title="Value"
                rows={valueRows(data, scope)}
                columns={COLUMNS}
                total={data.total.n}
                order={order}
                onOrder={(chosen) => put({ order: chosen, page: undefined })}
              />
              <Pager page={page} size={SIZE} of={data.count} noun="values" onPage={(to) => put({ page: to })} />
              <TableHint />
            </>
          )
        }
      </Answered>
    </Panel>
  );
}

function valueRows(found: CallBreakdown, scope: Scope) {
  return rowsOf(found, scope, ({ values: [value = ""] }) =>
    value === "" ? "without it" : <bdi title={shown(value)}>{shown(value)}</bdi>,
  );
}

function NoValues({ filtered }: { filtered: boolean }) {
  return (
    <Empty
      icon={<Tags size={28} aria-hidden />}
      title={filtered ? "No request meets the filter in this time" : "No requests in this time"}
    >
      {filtered ? "Another filter or a longer time may have some." : "A longer time may have some."}
    </Empty>
  );
}
