import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { coverPropertiesOptions } from "@/api/@tanstack/react-query.gen";
import { Select } from "@/design";
import { shown } from "@/format/texts";
import type { PutSearch } from "../Controls";
import css from "../dashboard.module.css";
import { propertyDimension } from "../dimensions";
import { type Scope, useAsked } from "../scope";
import type { OverviewSearch } from "../search";
import { TopTable } from "./TopTable";

interface TopsProps {
  scope: Scope;
  search: OverviewSearch;
  put: PutSearch;
  /** Whether users are told apart: not where all calls are of one. */
  users?: boolean;
}

/** The largest models, users, values of a property and countries. */
export function Tops({ scope, search, put, users = true }: TopsProps) {
  const { order = "n" } = search;
  const ways = { scope, order, onOrder: (chosen: typeof order) => put({ order: chosen }) };
  return (
    <div className={css.tops}>
      <TopTable
        {...ways}
        title={<Link to="/models">Models</Link>}
        label="Top models"
        dimension="model"
        nothing="No request names its model."
      />
      {users && (
        <TopTable
          {...ways}
          title={<Link to="/users">Users</Link>}
          label="Top users"
          dimension="user_id"
          nothing="No request says who it is for: send Helicone-User-Id."
          link={(value, text) => (
            <Link to="/users/$userId" params={{ userId: value }}>
              {text}
            </Link>
          )}
        />
      )}
      <PropertyTop {...ways} chosen={search.property} put={put} />
      <TopTable {...ways} title="Countries" label="Top countries" dimension="country_code" />
    </div>
  );
}

interface PropertyTopProps {
  scope: Scope;
  order: NonNullable<OverviewSearch["order"]>;
  onOrder: (order: NonNullable<OverviewSearch["order"]>) => void;
  chosen: string | undefined;
  put: PutSearch;
}

function PropertyTop({ chosen, put, ...ways }: PropertyTopProps) {
  const covered = useQuery({
    ...coverPropertiesOptions({ body: useAsked(ways.scope) }),
    placeholderData: (before) => before,
    select: ({ data }) =>
      data.properties
        // Sessions have a page of their own.
        .filter(({ property, hidden }) => !hidden && !property.startsWith("Helicone-Session-"))
        .map(({ property }) => property),
  });
  const known = covered.data ?? [];
  const key = chosen ?? known[0];
  if (key === undefined) return null;
  const names = [...new Set([...known, key])];
  return (
    <TopTable
      {...ways}
      title={
        <Link to="/properties/$key" params={{ key }}>
          {shown(key)}
        </Link>
      }
      label={`Top values of ${key}`}
      dimension={propertyDimension(key)}
      nothing="No request of this time has the property."
      actions={
        <Select
          label="Property"
          lead="property"
          value={key}
          options={names.map((name) => ({ value: name, label: name }))}
          onChange={(name) => put({ property: name })}
        />
      }
    />
  );
}
