import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Direction } from "@/api";
import { getScoreSeriesOptions } from "@/api/@tanstack/react-query.gen";
import { useWindow } from "@/data/now";
import type { Bucket } from "@/data/window";
import { useZone } from "@/data/zone";
import { Answered, Panel, Select } from "@/design";
import { useZoom } from "@/shell/TimeRange";
import { SeriesFigure } from "../figures/SeriesFigure";
import { TotalFigure } from "../figures/TotalFigure";
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
  const zone = useZone();
  const zoom = useZoom();
  const window = useWindow();
  const fitting = scoreBucket(window);
  const possible = bucketsFor(window);
  const bucket: Bucket = search.bucket && possible.includes(search.bucket) ? search.bucket : fitting;
  const series = useQuery({
    ...getScoreSeriesOptions({ body: { ...selected, bucket, zone, total: true } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Panel
      title="Over time"
      note={`days of ${zone}`}
      actions={
        <>
          <Select
            label="Width of a point"
            lead="per"
            value={bucket}
            options={possible.map((value) => ({ value, label: WORDS[value] }))}
            onChange={(chosen) => put({ bucket: chosen === fitting ? undefined : chosen })}
          />
          {series.data && <PinButton pin={series.data.pin} />}
        </>
      }
    >
      <Answered query={series} height="19rem">
        {({ data }) => (
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
        )}
      </Answered>
    </Panel>
  );
}

const WORDS: Record<Bucket, string> = {
  min: "minute",
  hour: "hour",
  day: "day",
  week: "week",
  month: "month",
  year: "year",
};
