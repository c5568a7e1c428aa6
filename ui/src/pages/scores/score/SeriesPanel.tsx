import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Direction } from "@/api";
import { getScoreSeriesOptions } from "@/api/@tanstack/react-query.gen";
import { useWindow } from "@/data/now";
import { BUCKET_WORDS, type Bucket } from "@/data/window";
import { useZone } from "@/data/zone";
import { Answered, Button, Empty, Panel, Select } from "@/design";
import { useZoom } from "@/shell/TimeRange";
import { SeriesFigure } from "../figures/SeriesFigure";
import { TotalFigure } from "../figures/TotalFigure";
import { DimensionPicker, useDimensions } from "../parts/DimensionPicker";
import { Moved } from "../parts/Moved";
import { PinButton } from "../parts/PinButton";
import type { SelectedScore } from "../selection";
import { bucketsFor, scoreBucket } from "../spans";
import { usePut } from "./ScorePage";
import css from "./score.module.css";

const route = getRouteApi("/shell/scores/$name");

/** The score over time, and over the whole window at once. Drawing over the chart zooms in. */
export function SeriesPanel({ selected, direction }: { selected: SelectedScore; direction: Direction }) {
  const search = route.useSearch();
  const put = usePut();
  const { lines } = search;
  const dimensions = useDimensions(lines ? [lines] : []);
  const zone = useZone();
  const zoom = useZoom();
  const window = useWindow();
  const fitting = scoreBucket(window);
  const possible = bucketsFor(window);
  const bucket: Bucket = search.bucket && possible.includes(search.bucket) ? search.bucket : fitting;
  const series = useQuery({
    ...getScoreSeriesOptions({ body: { ...selected, bucket, zone, total: true, by: lines ? [lines] : [] } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Panel
      title="Over time"
      note={`days of ${zone}`}
      actions={
        <>
          <DimensionPicker
            label="Split by"
            lead="split by"
            value={lines}
            none="nothing"
            dimensions={dimensions}
            onChange={(chosen) => put({ lines: chosen })}
          />
          <Select
            label="Width of a point"
            lead="per"
            value={bucket}
            options={possible.map((value) => ({ value, label: BUCKET_WORDS[value] }))}
            onChange={(chosen) => put({ bucket: chosen === fitting ? undefined : chosen })}
          />
          {series.data && <PinButton pin={series.data.pin} />}
        </>
      }
    >
      <Answered query={series} height="19rem">
        {({ data }) =>
          data.total?.n === 0 && selected.clock !== "judged" ? (
            <Empty
              title="No scores of requests in this time"
              action={<Button onClick={() => put({ clock: "judged" })}>Place scores when they were judged</Button>}
            >
              <p>
                Widen the time, or take something off the filter. Scores of sessions, users and spans have no request.
              </p>
            </Empty>
          ) : (
            <div className={css.series}>
              {data.total && (
                <TotalFigure total={data.total} kind={data.kind}>
                  <div className={css.before}>
                    <span>Against the time before</span>
                    <Moved direction={direction} selected={selected} />
                  </div>
                </TotalFigure>
              )}
              <SeriesFigure series={data} end={selected.end} bucket={bucket} height={220} onBrush={zoom} />
            </div>
          )
        }
      </Answered>
    </Panel>
  );
}
