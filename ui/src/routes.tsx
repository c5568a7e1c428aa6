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
import { readTimeSearch, type TimeSearch } from "@/data/window";
import { readCallSearch, readRequestsSearch } from "@/pages/requests/search";
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
  validateSearch: readRequestsSearch,
  component: lazyRouteComponent(() => import("@/pages/requests/RequestsPage"), "RequestsPage"),
});
const request = createRoute({
  getParentRoute: () => shell,
  path: "/requests/$requestId",
  validateSearch: readCallSearch,
  component: lazyRouteComponent(() => import("@/pages/requests/RequestPage"), "RequestPage"),
});

const welcome = createRoute({
  getParentRoute: () => shell,
  path: "/welcome",
  component: lazyRouteComponent(() => import("@/pages/welcome/WelcomePage"), "WelcomePage"),
});

const routes = root.addChildren([shell.addChildren([home, requests, request, welcome])]);

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
