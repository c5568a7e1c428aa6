/** The pages in the order in which the sidebar and the palette show them. */

import type { LucideIcon } from "lucide-react";
import { List, Send } from "lucide-react";

export interface Place {
  to: "/requests" | "/welcome";
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
    label: "Set up",
    places: [
      { to: "/welcome", label: "Send a call", icon: Send, words: "welcome start snippet install sdk key onboarding" },
    ],
  },
];
