/** The pages in the order in which the sidebar and the palette show them. */

import type { LucideIcon } from "lucide-react";
import {
  Activity,
  Boxes,
  ChartSpline,
  Gavel,
  GitCompare,
  Grid3x3,
  LayoutDashboard,
  List,
  ListChecks,
  ListTree,
  Ruler,
  Send,
  Settings,
  Split,
  Tags,
  Users,
} from "lucide-react";
import type { Scope } from "@/api";

export interface Place {
  to:
    | "/dashboard"
    | "/requests"
    | "/sessions"
    | "/users"
    | "/properties"
    | "/models"
    | "/scores"
    | "/compare"
    | "/bisect"
    | "/judges"
    | "/agreement"
    | "/definitions"
    | "/queues"
    | "/settings"
    | "/operations"
    | "/welcome";
  label: string;
  icon: LucideIcon;
  /** What somebody who looks for it might type. */
  words?: string;
  /** What one must be allowed to see anything there. */
  scope?: Scope;
}

/** The places that are there for somebody with some scopes. */
export function placesFor(scopes: readonly Scope[]): readonly PlaceGroup[] {
  return PLACES.map((group) => ({
    ...group,
    places: group.places.filter(({ scope }) => scope === undefined || scopes.includes(scope)),
  }));
}

export interface PlaceGroup {
  label: string | null;
  places: readonly Place[];
}

const PLACES: readonly PlaceGroup[] = [
  {
    label: null,
    places: [
      { to: "/dashboard", label: "Dashboard", icon: LayoutDashboard, words: "charts overview cost latency errors" },
      { to: "/requests", label: "Requests", icon: List, words: "calls log traces live" },
      { to: "/sessions", label: "Sessions", icon: ListTree, words: "traces threads agents waterfall tree" },
      { to: "/users", label: "Users", icon: Users, words: "people customers" },
      { to: "/properties", label: "Properties", icon: Tags, words: "tags labels metadata custom segments" },
      { to: "/models", label: "Models", icon: Boxes, words: "providers price speed quality cost" },
    ],
  },
  {
    label: "Scores",
    places: [
      { to: "/scores", label: "Overview", icon: ChartSpline, words: "quality evals metrics orphans" },
      { to: "/compare", label: "Compare", icon: GitCompare, words: "ab test difference significance experiment" },
      { to: "/bisect", label: "Bisect", icon: Split, words: "why root cause regression change waterfall" },
      { to: "/judges", label: "Judges", icon: Gavel, words: "llm judge calibration labels drift bias" },
      { to: "/agreement", label: "Agreement", icon: Grid3x3, words: "annotators kappa alpha correlation raters" },
      { to: "/queues", label: "Queues", icon: ListChecks, words: "annotate annotation label human review sample" },
      { to: "/definitions", label: "Definitions", icon: Ruler, words: "score config kinds categories range" },
    ],
  },
  {
    label: "Set up",
    places: [
      { to: "/welcome", label: "Send a call", icon: Send, words: "welcome start snippet install sdk key onboarding" },
      {
        to: "/settings",
        label: "Settings",
        icon: Settings,
        words: "organisation api keys members roles password retention",
      },
      {
        to: "/operations",
        label: "Operations",
        icon: Activity,
        words: "health journal engine disk version status",
        scope: "admin",
      },
    ],
  },
];
