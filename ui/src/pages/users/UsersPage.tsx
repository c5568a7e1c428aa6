import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Users } from "lucide-react";
import type { UserMetricsPage } from "@/api";
import { getUserMetricsOptions } from "@/api/@tanstack/react-query.gen";
import { useWindow } from "@/data/now";
import { Answered, Code, Empty, Page, Panel, Table } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { count } from "@/format/numbers";
import bar from "@/pages/dashboard/dashboard.module.css";
import { SearchField } from "@/pages/dashboard/SearchField";
import { Pager } from "@/pages/dashboard/segments/Pager";
import css from "@/pages/dashboard/segments/segments.module.css";
import { TimeRange } from "@/shell/TimeRange";
import { COLUMNS } from "./columns";
import { questionOf, SIZE } from "./question";
import { BUSIEST_FIRST, readSort, type UserSortKey, type UsersSearch, writeSort } from "./search";

const route = getRouteApi("/shell/users");

/** Who the calls were made for, each with what their calls add up to. */
export function UsersPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const put = (changed: UsersSearch) =>
    void navigate({ replace: true, resetScroll: false, search: (kept) => ({ ...kept, ...changed }) });
  const found = useQuery({
    ...getUserMetricsOptions({ body: questionOf(search, useWindow()) }),
    placeholderData: (before) => before,
  });
  return (
    <Page title="Users" actions={<TimeRange />}>
      <div className={bar.bar}>
        <SearchField
          label="Search by id"
          value={search.search ?? ""}
          onChange={(words) => put({ search: words || undefined, page: undefined })}
        />
        <FilterBar />
        {found.data && <Counted n={found.data.data.count} />}
      </div>
      <Panel flush>
        <Answered query={found} height="24rem">
          {({ data }) => <Listed found={data} search={search} put={put} />}
        </Answered>
      </Panel>
    </Page>
  );
}

function Counted({ n }: { n: number }) {
  return (
    <span title="Users with a request in this time; their numbers are of those requests.">
      <strong>{count(n)}</strong> {n === 1 ? "user" : "users"}
    </span>
  );
}

interface ListedProps {
  found: UserMetricsPage;
  search: UsersSearch;
  put: (changed: UsersSearch) => void;
}

function Listed({ found: { users, count: all, hasUsers }, search, put }: ListedProps) {
  if (all === 0) return <NoUsers known={hasUsers} />;
  return (
    <>
      <div className={css.table}>
        <Table
          label="Users"
          rows={users}
          keyOf={({ user_id }) => user_id}
          columns={COLUMNS}
          order={readSort(search.sort) ?? BUSIEST_FIRST}
          onOrder={({ key, ascending }) =>
            put({ sort: writeSort({ key: key as UserSortKey, ascending }), page: undefined })
          }
        />
      </div>
      <Pager page={search.page ?? 1} size={SIZE} of={all} noun="users" onPage={(page) => put({ page })} />
      <p className={css.hint}>
        Below a rate stands its 95 % interval, for independent calls; n stands where it is not the number of requests.
        {search.filter && " A filter takes the users with a request that meets it; their numbers are of all of theirs."}
      </p>
    </>
  );
}

function NoUsers({ known }: { known: boolean }) {
  return (
    <Empty
      icon={<Users size={28} aria-hidden />}
      title={known ? "No user is like that" : "No request says who it is for"}
    >
      {known ? (
        "Another search, another filter or a longer time may have some."
      ) : (
        <>
          <p>From the gateway this is a header; the id is yours, and stays what you make it:</p>
          <Code>Helicone-User-Id: 4711</Code>
        </>
      )}
    </Empty>
  );
}
