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
import { readOverview } from "@/pages/dashboard/search";
import { readModels } from "@/pages/models/search";
import { readProperties, readProperty } from "@/pages/properties/search";
import { readNewQueue, readQueue, readQueues } from "@/pages/queues/search";
import { readCallSearch, readRequestsSearch } from "@/pages/requests/search";
import {
  readAgreement,
  readBisect,
  readCompare,
  readDefinitions,
  readJudges,
  readScore,
  readSelection,
} from "@/pages/scores/search";
import { readSession, readSessions } from "@/pages/sessions/search";
import { readSettings } from "@/pages/settings/search";
import { readUsers } from "@/pages/users/search";
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
    throw redirect({ to: "/requests", search: true });
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

const scores = createRoute({
  getParentRoute: () => shell,
  path: "/scores",
  validateSearch: readSelection,
  component: lazyRouteComponent(() => import("@/pages/scores/overview/OverviewPage"), "OverviewPage"),
});
// Below /scores stand names alone, and any name will do: what is done with scores has addresses of its own.
const score = createRoute({
  getParentRoute: () => shell,
  path: "/scores/$name",
  validateSearch: readScore,
  component: lazyRouteComponent(() => import("@/pages/scores/score/ScorePage"), "ScorePage"),
});
const compare = createRoute({
  getParentRoute: () => shell,
  path: "/compare",
  validateSearch: readCompare,
  component: lazyRouteComponent(() => import("@/pages/scores/compare/ComparePage"), "ComparePage"),
});
const bisect = createRoute({
  getParentRoute: () => shell,
  path: "/bisect",
  validateSearch: readBisect,
  component: lazyRouteComponent(() => import("@/pages/scores/bisect/BisectPage"), "BisectPage"),
});
const judges = createRoute({
  getParentRoute: () => shell,
  path: "/judges",
  validateSearch: readJudges,
  component: lazyRouteComponent(() => import("@/pages/scores/judges/JudgesPage"), "JudgesPage"),
});
const agreement = createRoute({
  getParentRoute: () => shell,
  path: "/agreement",
  validateSearch: readAgreement,
  component: lazyRouteComponent(() => import("@/pages/scores/agreement/AgreementPage"), "AgreementPage"),
});
const definitions = createRoute({
  getParentRoute: () => shell,
  path: "/definitions",
  validateSearch: readDefinitions,
  component: lazyRouteComponent(() => import("@/pages/scores/definitions/DefinitionsPage"), "DefinitionsPage"),
});
const pin = createRoute({
  getParentRoute: () => shell,
  path: "/pins/$token",
  component: lazyRouteComponent(() => import("@/pages/scores/pin/PinPage"), "PinPage"),
});

const welcome = createRoute({
  getParentRoute: () => shell,
  path: "/welcome",
  component: lazyRouteComponent(() => import("@/pages/welcome/WelcomePage"), "WelcomePage"),
});

const dashboard = createRoute({
  getParentRoute: () => shell,
  path: "/dashboard",
  validateSearch: readOverview,
  component: lazyRouteComponent(() => import("@/pages/dashboard/DashboardPage"), "DashboardPage"),
});
const sessions = createRoute({
  getParentRoute: () => shell,
  path: "/sessions",
  validateSearch: readSessions,
  component: lazyRouteComponent(() => import("@/pages/sessions/SessionsPage"), "SessionsPage"),
});
const session = createRoute({
  getParentRoute: () => shell,
  path: "/sessions/$sessionId",
  validateSearch: readSession,
  component: lazyRouteComponent(() => import("@/pages/sessions/SessionPage"), "SessionPage"),
});
const users = createRoute({
  getParentRoute: () => shell,
  path: "/users",
  validateSearch: readUsers,
  component: lazyRouteComponent(() => import("@/pages/users/UsersPage"), "UsersPage"),
});
const user = createRoute({
  getParentRoute: () => shell,
  path: "/users/$userId",
  validateSearch: readOverview,
  component: lazyRouteComponent(() => import("@/pages/users/UserPage"), "UserPage"),
});
const properties = createRoute({
  getParentRoute: () => shell,
  path: "/properties",
  validateSearch: readProperties,
  component: lazyRouteComponent(() => import("@/pages/properties/PropertiesPage"), "PropertiesPage"),
});
const property = createRoute({
  getParentRoute: () => shell,
  path: "/properties/$key",
  validateSearch: readProperty,
  component: lazyRouteComponent(() => import("@/pages/properties/PropertyPage"), "PropertyPage"),
});
const models = createRoute({
  getParentRoute: () => shell,
  path: "/models",
  validateSearch: readModels,
  component: lazyRouteComponent(() => import("@/pages/models/ModelsPage"), "ModelsPage"),
});

const queues = createRoute({
  getParentRoute: () => shell,
  path: "/queues",
  validateSearch: readQueues,
  component: lazyRouteComponent(() => import("@/pages/queues/QueuesPage"), "QueuesPage"),
});
const newQueue = createRoute({
  getParentRoute: () => shell,
  path: "/queues/new",
  validateSearch: readNewQueue,
  component: lazyRouteComponent(() => import("@/pages/queues/create/NewQueuePage"), "NewQueuePage"),
});
const queue = createRoute({
  getParentRoute: () => shell,
  path: "/queues/$queueId",
  validateSearch: readQueue,
  component: lazyRouteComponent(() => import("@/pages/queues/queue/QueuePage"), "QueuePage"),
});
const label = createRoute({
  getParentRoute: () => shell,
  path: "/queues/$queueId/label",
  component: lazyRouteComponent(() => import("@/pages/queues/label/LabelPage"), "LabelPage"),
});
const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  validateSearch: readSettings,
  component: lazyRouteComponent(() => import("@/pages/settings/SettingsPage"), "SettingsPage"),
});
const operations = createRoute({
  getParentRoute: () => shell,
  path: "/operations",
  component: lazyRouteComponent(() => import("@/pages/operations/OperationsPage"), "OperationsPage"),
});

const routes = root.addChildren([
  shell.addChildren([
    home,
    dashboard,
    requests,
    request,
    scores,
    score,
    compare,
    bisect,
    judges,
    agreement,
    definitions,
    pin,
    sessions,
    session,
    users,
    user,
    properties,
    property,
    models,
    queues,
    newQueue,
    queue,
    label,
    settings,
    operations,
    welcome,
  ]),
]);

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
