/** The table of addresses. Each page is a file of its own, fetched when it is first opened. */

import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from "@tanstack/react-router";
import { type FilterSearch, readFilterSearch } from "@/data/filter";
import { readTimeSearch, type TimeSearch } from "@/data/window";
import { NotFound, PageFailed, Waiting } from "@/shell/Fallbacks";
import { Root } from "@/shell/Root";
import { Shell } from "@/shell/Shell";

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Root,
  notFoundComponent: NotFound,
  validateSearch: (search: Record<string, unknown>): TimeSearch => readTimeSearch(search),
  search: { middlewares: [retainSearchParams(["range", "from", "to", "zone"])] },
});

/** Everything behind the sign-in, beside the sidebar. */
const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });

const filtered = (search: Record<string, unknown>): FilterSearch => readFilterSearch(search);

export interface RequestsSearch extends FilterSearch {
  /** The request whose detail stands open. */
  open?: string;
  sort?: string;
  live?: boolean;
}

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/requests", search: (kept) => kept });
  },
});
const requests = createRoute({
  getParentRoute: () => shell,
  path: "/requests",
  validateSearch: (search: Record<string, unknown>): RequestsSearch => ({
    ...filtered(search),
    open: text(search.open),
    sort: text(search.sort),
    live: search.live === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => import("@/pages/requests/RequestsPage"), "RequestsPage"),
});
const request = createRoute({
  getParentRoute: () => shell,
  path: "/requests/$requestId",
  component: lazyRouteComponent(() => import("@/pages/requests/RequestPage"), "RequestPage"),
});

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

const routes = root.addChildren([shell.addChildren([home, requests, request])]);

export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: routes,
    context: { queries },
    defaultPreload: "intent",
    defaultPendingComponent: Waiting,
    defaultErrorComponent: PageFailed,
    scrollRestoration: true,
  });
}
