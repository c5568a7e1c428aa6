/** The pages in the order in which the sidebar and the palette show them. */

import type { LucideIcon } from "lucide-react";
import { ChartSpline, Gavel, GitCompare, Grid3x3, List, Ruler, Send, Split } from "lucide-react";

export interface Place {
  to: "/requests" | "/scores" | "/compare" | "/bisect" | "/judges" | "/agreement" | "/definitions" | "/welcome";
  label: string;
  icon: LucideIcon;
  /** What somebody who looks for it might type. */
  words?: string;
}

export interface PlaceGroup {
  label: string | null;
  places: readonly Place[];
}

export const PLACES: readonly PlaceGroup[] = [
  {
    label: null,
    places: [{ to: "/requests", label: "Requests", icon: List, words: "calls log traces live" }],
  },
  {
    label: "Scores",
    places: [
      { to: "/scores", label: "Overview", icon: ChartSpline, words: "quality evals metrics orphans" },
      { to: "/compare", label: "Compare", icon: GitCompare, words: "ab test difference significance experiment" },
      { to: "/bisect", label: "Bisect", icon: Split, words: "why root cause regression change waterfall" },
      { to: "/judges", label: "Judges", icon: Gavel, words: "llm judge calibration labels drift bias" },
      { to: "/agreement", label: "Agreement", icon: Grid3x3, words: "annotators kappa alpha correlation raters" },
      { to: "/definitions", label: "Definitions", icon: Ruler, words: "score config kinds categories range" },
    ],
  },
  {
    label: "Set up",
    places: [
      { to: "/welcome", label: "Send a call", icon: Send, words: "welcome start snippet install sdk key onboarding" },
    ],
  },
];
