import { getRouteApi } from "@tanstack/react-router";
import { ListTree } from "lucide-react";
import { Code, Empty, Page, Problem, Skeleton } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { count } from "@/format/numbers";
import { SearchField } from "@/pages/dashboard/SearchField";
import { useNarrow } from "@/pages/requests/useNarrow";
import { TimeRange } from "@/shell/TimeRange";
import css from "./list/list.module.css";
import { Names } from "./list/NamesRail";
import { useQuestion } from "./list/question";
import { SessionTable } from "./list/SessionTable";
import { Spreads } from "./list/Spreads";
import { type SessionPages, useSessionPages } from "./list/useSessionPages";
import { LATEST_FIRST, readSort, type SessionsSearch, writeSort } from "./search";

const route = getRouteApi("/shell/sessions");

/** Sessions by name: what they have in common, and every one of them. */
export function SessionsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const narrow = useNarrow();
  const put = (changed: SessionsSearch) =>
    void navigate({ replace: true, search: (kept) => ({ ...kept, ...changed }) });
  const question = useQuestion(search);
  const pages = useSessionPages(question);
  const names = <Names filter={search.filter} name={search.name} onName={(name) => put({ name })} narrow={narrow} />;
  return (
    <Page title="Sessions" fill actions={<TimeRange />}>
      <div className={css.tools}>
        <SearchField
          label="Search by id, name or tag"
          value={search.search ?? ""}
          onChange={(words) => put({ search: words || undefined })}
        />
        <FilterBar>{narrow && names}</FilterBar>
        <Counted pages={pages} />
      </div>
      <div className={css.panes}>
        {!narrow && names}
        <div className={css.main}>
          <Spreads search={search} />
          <List
            pages={pages}
            isAll={search.filter === undefined && !search.search && search.name === undefined}
            table={
              <SessionTable
                pages={pages}
                order={readSort(search.sort) ?? LATEST_FIRST}
                onOrder={(order) => put({ sort: writeSort(order) })}
                narrow={narrow}
                question={JSON.stringify(question)}
              />
            }
          />
        </div>
      </div>
    </Page>
  );
}

function Counted({ pages: { count: n } }: { pages: SessionPages }) {
  if (n === null) return null;
  return (
    <span className={css.counted} title="Sessions with a call in this time; their numbers are of those calls.">
      <strong>{count(n)}</strong> {n === 1 ? "session" : "sessions"}
    </span>
  );
}

function List({ pages, isAll, table }: { pages: SessionPages; isAll: boolean; table: React.ReactNode }) {
  if (pages.error != null) return <Problem error={pages.error} onRetry={pages.refetch} />;
  if (pages.isPending) return <Skeleton height="20rem" />;
  if (pages.sessions.length > 0) return table;
  return (
    <div className={css.nothing}>
      {isAll ? (
        <Empty icon={<ListTree size={28} aria-hidden />} title="No sessions in this time">
          <p>
            Calls that belong together name their session, and their place in it. From the gateway these are headers:
          </p>
          <Code>{HEADERS}</Code>
        </Empty>
      ) : (
        <Empty icon={<ListTree size={28} aria-hidden />} title="No session is like that">
          Other words, another filter or a longer time may have some.
        </Empty>
      )}
    </div>
  );
}

const HEADERS = `Helicone-Session-Id: 4f1c…
Helicone-Session-Name: support
Helicone-Session-Path: /plan/search`;
