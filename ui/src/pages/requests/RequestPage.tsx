import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import type { CallRecord } from "@/api";
import { queryCallsOptions } from "@/api/@tanstack/react-query.gen";
import { CallDetail } from "./detail/CallDetail";
import { DetailHead } from "./detail/DetailHead";
import css from "./detail/detail.module.css";
import { usePageKeys } from "./keys";
import type { CallSearch, Tab } from "./search";

/** One request on a page of its own, which a link leads to. */
export function RequestPage() {
  const { requestId } = useParams({ strict: false });
  const { at, tab = "chat" }: CallSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const show = (chosen: Tab) =>
    void navigate({
      to: ".",
      replace: true,
      search: (kept) => ({ ...kept, tab: chosen === "chat" ? undefined : chosen }),
    });
  if (requestId === undefined) return null;
  return (
    <div className={css.page} key={`${at} ${requestId}`}>
      <Link to="/requests" className={css.back}>
        <ArrowLeft aria-hidden />
        All requests
      </Link>
      <CallDetail
        requestId={requestId}
        at={at}
        tab={tab}
        onTab={show}
        head={(call) => <PageHead requestId={requestId} call={call} />}
      />
    </div>
  );
}

function PageHead({ requestId, call }: { requestId: string; call: CallRecord | undefined }) {
  const navigate = useNavigate();
  const { tab }: CallSearch = useSearch({ strict: false });
  const older = useNeighbour(call, "older");
  const newer = useNeighbour(call, "newer");
  const to = (other: CallRecord | null) =>
    other
      ? () =>
          void navigate({
            to: "/requests/$requestId",
            params: { requestId: other.request_id },
            search: { at: other.created_at, tab },
          })
      : undefined;
  const [onPrevious, onNext] = [to(newer), to(older)];
  usePageKeys({ ...(onNext ? { j: onNext } : {}), ...(onPrevious ? { k: onPrevious } : {}) });
  return <DetailHead requestId={requestId} call={call} onPrevious={onPrevious} onNext={onNext} isPage />;
}

/** The request made just before or after a call, of all there are; null where there is none, or it is not known yet. */
function useNeighbour(call: CallRecord | undefined, way: "older" | "newer"): CallRecord | null {
  const body =
    way === "older"
      ? { end: call?.created_at, sort: { key: "created_at" as const, ascending: false } }
      : { filter: later(call), sort: { key: "created_at" as const, ascending: true } };
  const found = useQuery({
    ...queryCallsOptions({ body: { ...body, limit: 1, previews: false } }),
    enabled: call !== undefined,
    select: ({ data }) => data.calls[0] ?? null,
  });
  return found.data ?? null;
}

const later = (call: CallRecord | undefined) => ({
  request_response_rmt: { request_created_at: { gt: call?.created_at } },
});
