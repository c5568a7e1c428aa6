import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Tags } from "lucide-react";
import type { PropertyCoverages, PropertyCoverage as PropertyUse } from "@/api";
import { coverPropertiesOptions } from "@/api/@tanstack/react-query.gen";
import { Datum } from "@/charts/Values";
import { useMay } from "@/data/me";
import { Answered, Badge, Code, type Column, Empty, Page, Panel, Switch, Table } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { count } from "@/format/numbers";
import { shown } from "@/format/texts";
import bar from "@/pages/dashboard/dashboard.module.css";
import { requestsOf, type Scope, useAsked, useScope } from "@/pages/dashboard/scope";
import { Size } from "@/pages/dashboard/segments/Size";
import css from "@/pages/dashboard/segments/segments.module.css";
import { TimeRange } from "@/shell/TimeRange";
import { HideButton } from "./HideButton";

const route = getRouteApi("/shell/properties");

/** Which properties calls have: on how many of them, with how many values. */
export function PropertiesPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const scope = useScope(search.filter);
  const found = useQuery({
    ...coverPropertiesOptions({ body: useAsked(scope) }),
    placeholderData: (before) => before,
  });
  const concealed = found.data?.data.properties.filter(({ hidden }) => hidden).length ?? 0;
  return (
    <Page title="Properties" actions={<TimeRange />}>
      <div className={bar.bar}>
        <FilterBar />
        {concealed > 0 && (
          <Switch
            label={`Show ${count(concealed)} hidden`}
            checked={search.hidden ?? false}
            onChange={(hidden) =>
              void navigate({ replace: true, search: (kept) => ({ ...kept, hidden: hidden || undefined }) })
            }
          />
        )}
      </div>
      <Panel flush className={css.short}>
        <Answered query={found} height="16rem">
          {({ data }) => <Properties found={data} scope={scope} withHidden={search.hidden ?? false} />}
        </Answered>
      </Panel>
    </Page>
  );
}

interface PropertiesProps {
  found: PropertyCoverages;
  scope: Scope;
  withHidden: boolean;
}

function Properties({ found: { of, properties }, scope, withHidden }: PropertiesProps) {
  const may = useMay("write");
  const rows = properties.filter(({ hidden }) => withHidden || !hidden);
  if (rows.length === 0) return <NoProperties calls={of} hidden={properties.length} />;
  return (
    <>
      <div className={css.table}>
        <Table label="Properties" rows={rows} keyOf={({ property }) => property} columns={columnsOf(of, scope, may)} />
      </div>
      <p className={css.hint}>
        Of {count(of)} requests of this time. A property that is hidden is left out of lists to choose from; its values
        stay.
      </p>
    </>
  );
}

function columnsOf(of: number, scope: Scope, may: boolean): Column<PropertyUse>[] {
  return [
    { key: "property", title: "Property", cell: (row) => <PropertyName row={row} /> },
    {
      key: "n",
      title: "Requests",
      align: "end",
      cell: ({ property, n }) => <Size n={n} of={of} requests={having(scope, property)} />,
    },
    {
      key: "values",
      title: "Values",
      align: "end",
      cell: ({ values }) => <Datum value={values} write={count} />,
    },
    ...(may
      ? [
          {
            key: "deeds",
            title: <span className="visually-hidden">What can be done</span>,
            align: "end" as const,
            cell: ({ property, hidden }: PropertyUse) => <HideButton property={property} hidden={hidden} />,
          },
        ]
      : []),
  ];
}

/** The address of the requests that have a property. */
function having(scope: Scope, property: string) {
  return requestsOf(scope, [{ field: "property_key", operator: "equals", value: property }]);
}

function PropertyName({ row: { property, hidden } }: { row: PropertyUse }) {
  return (
    <span className={css.name}>
      <Link to="/properties/$key" params={{ key: property }} title={shown(property)}>
        <bdi>{shown(property)}</bdi>
      </Link>{" "}
      {hidden && <Badge>hidden</Badge>}
    </span>
  );
}

function NoProperties({ calls, hidden }: { calls: number; hidden: number }) {
  const title = calls === 0 ? "No requests in this time" : "No request of this time has a property";
  return (
    <Empty icon={<Tags size={28} aria-hidden />} title={hidden > 0 ? "All properties are hidden" : title}>
      <p>What a call was for is said in headers of its own, as many as there is to say:</p>
      <Code>{HEADERS}</Code>
    </Empty>
  );
}

const HEADERS = `Helicone-Property-Environment: production
Helicone-Property-Feature: search`;
