import { History } from "lucide-react";
import { useWindow } from "@/data/now";
import { BUCKET_WORDS, type Bucket } from "@/data/window";
import { Button, Select } from "@/design";
import { LiveToggle } from "@/pages/requests/live/LiveToggle";
import { bucketOf, bucketsOf } from "./buckets";
import { SplitPicker } from "./SplitPicker";
import type { OverviewSearch } from "./search";

export type PutSearch = (changed: OverviewSearch & { from?: undefined; to?: undefined }) => void;

/** How the charts are drawn: split, and beside the window before. */
export function ChartControls({ search, put }: { search: OverviewSearch; put: PutSearch }) {
  const { by, bucket, compare = false } = search;
  const window = useWindow();
  return (
    <>
      <Select<Bucket>
        label="Width of the buckets"
        lead="per"
        value={bucketOf(window, bucket)}
        options={bucketsOf(window).map((one) => ({ value: one, label: BUCKET_WORDS[one] }))}
        onChange={(chosen) => put({ bucket: chosen })}
      />
      <SplitPicker value={by} onChange={(chosen) => put({ by: chosen })} />
      <Button aria-pressed={compare} onClick={() => put({ compare: compare ? undefined : true })}>
        <History aria-hidden />
        Compare with before
      </Button>
    </>
  );
}

/** Whether the page goes on by itself; a window that ends at a moment of its own gives way to one that ends now. */
export function Live({ live, put }: { live: boolean; put: PutSearch }) {
  return (
    <LiveToggle
      line={live ? "open" : "off"}
      onPress={() => put(live ? { live: undefined } : { live: true, from: undefined, to: undefined })}
    />
  );
}
