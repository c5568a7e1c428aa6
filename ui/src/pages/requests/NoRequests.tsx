import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import type { CallRecord } from "@/api";
import { queryCallsOptions } from "@/api/@tanstack/react-query.gen";
import { Button, Empty } from "@/design";

/** What stands where no request is: why there is none among those that were asked for, and what to do about it. */
export function NoRequests({ newest }: { newest: CallRecord | null }) {
  return newest ? <OtherTime newest={newest} /> : <NoneMeets />;
}

/**
 * The newest request of all, asked for where there is none to show: null where there has never been one, undefined
 * while that is not known. It is asked once, so that who waits for a first call is not led away while it arrives.
 */
export function useNewest(wanted: boolean): CallRecord | null | undefined {
  const ever = useQuery({
    ...queryCallsOptions({ body: { limit: 1, previews: false } }),
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return ever.data && (ever.data.data.calls[0] ?? null);
}

function NoneMeets() {
  const navigate = useNavigate();
  return (
    <Empty
      icon={<SearchX size={28} aria-hidden />}
      title="No request meets this"
      action={
        <Button
          onClick={() =>
            void navigate({ to: ".", search: (kept) => ({ ...kept, filter: undefined, search: undefined }) })
          }
        >
          Clear filter and search
        </Button>
      }
    >
      Nothing in this time fits the filter and the search.
    </Empty>
  );
}

function OtherTime({ newest }: { newest: CallRecord }) {
  const navigate = useNavigate();
  const show = () =>
    void navigate({
      to: ".",
      search: (kept) => ({ ...kept, ...around(newest.created_at), range: undefined }),
    });
  return (
    <Empty
      icon={<SearchX size={28} aria-hidden />}
      title="No requests in this time"
      action={
        <Button look="primary" onClick={show}>
          Show the newest there are
        </Button>
      }
    >
      There are others, from another time.
    </Empty>
  );
}

const DAY_MS = 86_400_000;

/** The week that ends a day after a moment. */
function around(at: string): { from: string; to: string } {
  const end = Date.parse(at) + DAY_MS;
  return { from: new Date(end - 7 * DAY_MS).toISOString(), to: new Date(end).toISOString() };
}
