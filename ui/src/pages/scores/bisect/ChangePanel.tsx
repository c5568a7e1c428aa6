import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Bisected, FoundChange } from "@/api";
import { getScoreSeriesOptions } from "@/api/@tanstack/react-query.gen";
import type { Mark } from "@/charts/plot";
import { useWindow } from "@/data/now";
import { useZone } from "@/data/zone";
import { Answered, Button, Explained, Field, Note, Panel, Popover, TextInput } from "@/design";
import { brief, LOCAL_ZONE, moment } from "@/format/times";
import { useZoom } from "@/shell/TimeRange";
import { fieldOf } from "../compare/SegmentEditor";
import { SeriesFigure } from "../figures/SeriesFigure";
import { pValue } from "../figures/trust";
import { PinButton } from "../parts/PinButton";
import type { SelectedScore } from "../selection";
import { scoreBucket } from "../spans";
import css from "./bisect.module.css";

interface ChangeProps {
  selected: SelectedScore;
  bisected: Bisected;
  at: string | undefined;
  onAt: (at: string | undefined) => void;
}

/** Since when: the score over time, with the moment that parts it. */
export function ChangePanel({ selected, bisected: { change }, at, onAt }: ChangeProps) {
  const zone = useZone();
  const zoom = useZoom();
  const bucket = scoreBucket(useWindow());
  const series = useQuery(getScoreSeriesOptions({ body: { ...selected, bucket, zone } }));
  const marks = useMemo(() => marksOf(change), [change]);
  return (
    <Panel
      title="Since when"
      note={change ? <Since change={change} /> : undefined}
      actions={
        <>
          <MomentChoice key={at ?? change?.at} at={at ?? change?.at} chosen={at !== undefined} onAt={onAt} />
          {series.data && <PinButton pin={series.data.pin} />}
        </>
      }
    >
      <Answered query={series} height="14rem">
        {({ data }) => (
          <SeriesFigure series={data} end={selected.end} bucket={bucket} marks={marks} height={200} onBrush={zoom} />
        )}
      </Answered>
      {change?.searched && change.p_value !== null && change.p_value > 0.05 && (
        <Note>It is not ruled out that nothing changed (p {pValue(change.p_value)}). Read what follows with care.</Note>
      )}
    </Panel>
  );
}

const SECOND = 1000;

function marksOf(change: FoundChange | null): Mark[] {
  if (!change) return [];
  const { at, earliest, latest } = change;
  const range = earliest && latest ? { from: Date.parse(earliest) / SECOND, to: Date.parse(latest) / SECOND } : {};
  return [{ at: Date.parse(at) / SECOND, label: "changed", ...range }];
}

function Since({ change: { at, searched, earliest, latest, p_value } }: { change: FoundChange }) {
  const zone = useZone();
  if (!searched) return <>{brief(at, zone)}, set by hand</>;
  const within =
    earliest && latest && earliest !== latest
      ? `between ${moment(earliest, zone)} and ${moment(latest, zone)}`
      : "no other stretch is as likely";
  return (
    <Explained
      by={`Found by looking at every place in the series.\n95 %: ${within}.\np of no change: ${pValue(p_value)}.`}
    >
      {brief(at, zone)} · p of no change {pValue(p_value)}
    </Explained>
  );
}

function MomentChoice({ at, chosen, onAt }: { at: string | undefined; chosen: boolean; onAt: ChangeProps["onAt"] }) {
  const [typed, setTyped] = useState(at ? fieldOf(at) : "");
  const valid = !Number.isNaN(Date.parse(typed));
  return (
    <Popover label="The moment" trigger={<Button>{chosen ? "Moment set by hand" : "Set the moment"}</Button>}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (valid) onAt(new Date(typed).toISOString());
        }}
      >
        <Field label="Before and after" help={`Entered in ${LOCAL_ZONE}. Without one the most likely moment is found.`}>
          <TextInput type="datetime-local" value={typed} onChange={(event) => setTyped(event.target.value)} />
        </Field>
        <Button type="submit" look="primary" disabled={!valid}>
          Part it here
        </Button>
        {chosen && (
          <Button look="quiet" onClick={() => onAt(undefined)}>
            Look for it instead
          </Button>
        )}
      </form>
    </Popover>
  );
}
