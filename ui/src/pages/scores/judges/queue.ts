/** Where a plan of labels goes from here. */

import type { LabelPlan, LabelsQuery } from "@/api";

/**
 * Opens an annotation queue with the things of a plan. Whoever brings the queue puts the way to it here; until then
 * there is no button for it, since a button that leads nowhere is worse than none.
 */
export const OPEN_QUEUE: ((plan: LabelPlan, question: LabelsQuery) => void) | null = null;
