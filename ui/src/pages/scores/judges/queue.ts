/** Where a plan of labels goes from here. */

import { useNavigate } from "@tanstack/react-router";
import type { LabelsQuery } from "@/api";
import type { FilterState } from "@/data/filter";
import { useMay } from "@/data/me";
import type { RaterState } from "../search";

interface Planned {
  question: LabelsQuery;
  filter: FilterState | undefined;
  judge: RaterState | undefined;
}

/** Opens a new annotation queue that draws as a plan does; null for whoever may not make one. */
export function useOpenQueue(): ((planned: Planned) => void) | null {
  const navigate = useNavigate();
  const may = useMay("write");
  if (!may) return null;
  return ({ question: { name, budget, by, seed, human }, filter, judge }) =>
    void navigate({
      to: "/queues/new",
      search: {
        scores: [human?.name || name],
        how: "uncertain",
        judge: { ...judge, name: judge?.name || name },
        size: budget,
        by: by ?? undefined,
        seed,
        filter,
      },
    });
}
