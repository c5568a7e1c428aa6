import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import { lazy, Suspense } from "react";
import { queryCallsOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, Button, Empty } from "@/design";
import type { RequestsSearch } from "./search";

const Guide = lazy(() => import("@/pages/welcome/Guide").then(({ Guide }) => ({ default: Guide })));

/** What stands where no request is: how to send the first one, or why none is among those that were asked for. */
export function NoRequests() {
  const { filter, search }: RequestsSearch = useSearch({ strict: false });
  return filter || search ? <NoneMeets /> : <NoneYet />;
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

function NoneYet() {
  const navigate = useNavigate();
  // Whether there has ever been one; asked once, so that the guide stays while its first call arrives.
  const ever = useQuery({
    ...queryCallsOptions({ body: { limit: 1, previews: false } }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return (
    <Answered query={ever}>
      {({ data }) => {
        const [newest] = data.calls;
        if (!newest) {
          return (
            <Suspense>
              <Guide />
            </Suspense>
          );
        }
        return (
          <Empty
            icon={<SearchX size={28} aria-hidden />}
            title="No requests in this time"
            action={
              <Button
                look="primary"
                onClick={() =>
                  void navigate({
                    to: ".",
                    search: (kept) => ({ ...kept, ...around(newest.created_at), range: undefined }),
                  })
                }
              >
                Show the newest there are
              </Button>
            }
          >
            There are others, from another time.
          </Empty>
        );
      }}
    </Answered>
  );
}

const DAY_MS = 86_400_000;

/** The week that ends a day after a moment. */
function around(at: string): { from: string; to: string } {
  const end = Date.parse(at) + DAY_MS;
  return { from: new Date(end - 7 * DAY_MS).toISOString(), to: new Date(end).toISOString() };
}
