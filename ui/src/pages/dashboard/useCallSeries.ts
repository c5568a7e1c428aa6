import { useQuery } from "@tanstack/react-query";
import { getCallSeriesOptions } from "@/api/@tanstack/react-query.gen";
import { useWindow } from "@/data/now";
import { useZone } from "@/data/zone";
import { bucketOf } from "./buckets";
import type { Asked } from "./scope";
import type { OverviewSearch } from "./search";

/** How many values a split tells apart. */
const TOP = 6;

/** All numbers of a page in one question: over time, in all, and the same of the window before. */
export function useCallSeries(asked: Asked, { by, bucket }: Pick<OverviewSearch, "by" | "bucket">) {
  const window = useWindow();
  const zone = useZone();
  const split = by === undefined ? {} : { by, top: TOP };
  return useQuery({
    ...getCallSeriesOptions({
      body: { ...asked, bucket: bucketOf(window, bucket), zone, previous: true, total: true, ...split },
    }),
    // What stood there goes on standing while the same is asked of another time.
    placeholderData: (before) => before,
  });
}
