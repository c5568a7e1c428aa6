import { useInfiniteQuery } from "@tanstack/react-query";
import { querySessions, type SessionRecord, type SessionsQuery } from "@/api";

const PAGE = 100;

export interface SessionPages {
  sessions: readonly SessionRecord[];
  /** How many there are in all. */
  count: number | null;
  /** Whether the last one is known. */
  ended: boolean;
  isPending: boolean;
  isOld: boolean;
  error: unknown;
  more: () => void;
  refetch: () => void;
}

/** Sessions page by page, each page where the one before ended, however many come meanwhile. */
export function useSessionPages(question: SessionsQuery): SessionPages {
  const pages = useInfiniteQuery({
    queryKey: ["sessions", question],
    queryFn: async ({ pageParam, signal }) => {
      const body: SessionsQuery = { ...question, limit: PAGE, count: pageParam === null, cursor: pageParam };
      const { data } = await querySessions({ body, signal, throwOnError: true });
      return data.data;
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ cursor }) => cursor,
    placeholderData: (before) => before,
  });
  const { data, hasNextPage, isFetchingNextPage } = pages;
  return {
    sessions: data?.pages.flatMap(({ sessions }) => sessions) ?? [],
    count: data?.pages[0]?.count ?? null,
    ended: data !== undefined && !hasNextPage,
    isPending: data === undefined && !pages.error,
    isOld: pages.isPlaceholderData,
    error: pages.error,
    more: () => {
      if (hasNextPage && !isFetchingNextPage) void pages.fetchNextPage();
    },
    refetch: () => void pages.refetch(),
  };
}
