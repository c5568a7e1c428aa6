import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { UserMetrics } from "@/api";
import { getUserMetricsOptions } from "@/api/@tanstack/react-query.gen";
import type { Condition } from "@/data/filter";
import { useNow } from "@/data/now";
import { ButtonLink, Moment, Page } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { count, money } from "@/format/numbers";
import { shown } from "@/format/texts";
import { ChartControls, Live, type PutSearch } from "@/pages/dashboard/Controls";
import css from "@/pages/dashboard/dashboard.module.css";
import { Overview } from "@/pages/dashboard/Overview";
import { requestsOf, useScope } from "@/pages/dashboard/scope";
import { ScoreCards } from "@/pages/dashboard/scores/ScoreCards";
import { Tops } from "@/pages/dashboard/tops/Tops";
import { useLive } from "@/pages/dashboard/useLive";
import { TimeRange } from "@/shell/TimeRange";
import { questionOfOne } from "./question";

const route = getRouteApi("/shell/users/$userId");

/** One user: what the dashboard says, of their calls alone, and the way to these. */
export function UserPage() {
  const { userId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const put: PutSearch = (changed) =>
    void navigate({ replace: true, resetScroll: false, search: (kept) => ({ ...kept, ...changed }) });
  const within = useMemo<Condition[]>(() => [{ field: "user_id", operator: "equals", value: userId }], [userId]);
  const scope = useScope(search.filter, within);
  const requests = requestsOf(scope, []);
  useLive(search.live ?? false);
  return (
    <Page
      title={shown(userId)}
      lead={<Life userId={userId} />}
      actions={
        <>
          <TimeRange />
          <Live live={search.live ?? false} put={put} />
          {requests && (
            <>
              <ButtonLink to="/sessions" search={{ filter: requests.filter }}>
                Sessions
              </ButtonLink>
              <ButtonLink to="/requests" search={requests}>
                Requests
              </ButtonLink>
            </>
          )}
        </>
      }
    >
      <div className={css.bar}>
        <FilterBar />
        <ChartControls search={search} put={put} />
      </div>
      <Overview scope={scope} search={search} put={put} nothing="The user may have made some at another time." />
      <ScoreCards scope={scope} />
      <Tops scope={scope} search={search} put={put} users={false} />
    </Page>
  );
}

/** What is known of a user over all time, whatever the page looks at. */
function Life({ userId }: { userId: string }) {
  const found = useQuery({
    ...getUserMetricsOptions({ body: questionOfOne(userId, useNow()) }),
    placeholderData: (before) => before,
  });
  const user = found.data?.data.users[0];
  return (
    <>
      <Link to="/users">Users</Link>
      {user && <Lived user={user} />}
      {found.data && !user && " · no request names this user"}
    </>
  );
}

function Lived({ user: { total_requests, cost, active_for, first_active, last_active } }: { user: UserMetrics }) {
  return (
    <>
      {" "}
      · {count(total_requests)} {total_requests === 1 ? "request" : "requests"} in all, {money(cost)}, on{" "}
      {count(active_for)} {active_for === 1 ? "day" : "days"} · first <Moment at={first_active} /> · last{" "}
      <Moment at={last_active} relative />
    </>
  );
}
