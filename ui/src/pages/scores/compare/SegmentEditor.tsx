import { Link } from "@tanstack/react-router";
import { CalendarClock, X } from "lucide-react";
import { useState } from "react";
import type { FilterState } from "@/data/filter";
import { useWindow } from "@/data/now";
import { useZone } from "@/data/zone";
import { Button, Field, IconButton, Popover, TextInput } from "@/design";
import { ConditionBar, sentence } from "@/filter/FilterBar";
import { brief, LOCAL_ZONE } from "@/format/times";
import type { SegmentState } from "../search";
import { narrowed } from "../segments";
import css from "./compare.module.css";

interface EditorProps {
  side: "a" | "b";
  /** The filter of the page, which holds for both sides. */
  page: FilterState | undefined;
  state: SegmentState | undefined;
  onChange: (state: SegmentState | undefined) => void;
}

const ROLES = { a: "the old one, or the one to beat", b: "the new one" };

/** One side of a comparison: conditions on calls, and a time where it is not that of the page. */
export function SegmentEditor({ side, page, state, onChange }: EditorProps) {
  const put = (change: SegmentState) => {
    const { filter, from, to } = { ...state, ...change };
    onChange(filter || from || to ? { filter, from, to } : undefined);
  };
  return (
    <section className={css.side} data-side={side} aria-label={`Segment ${side}`}>
      <h2>
        <span className={css.letter}>{side}</span>
        <small>{ROLES[side]}</small>
      </h2>
      <ConditionBar label={`Conditions of ${side}`} filter={state?.filter} onChange={(filter) => put({ filter })} />
      <div className={css.foot}>
        <SegmentTime side={side} state={state} onChange={put} />
        <OpenCalls page={page} state={state} />
      </div>
    </section>
  );
}

function SegmentTime({
  side,
  state,
  onChange,
}: {
  side: "a" | "b";
  state?: SegmentState;
  onChange: (t: SegmentState) => void;
}) {
  const zone = useZone();
  const own = state?.from !== undefined || state?.to !== undefined;
  const time = own ? `${end(state?.from, zone)} – ${end(state?.to, zone)}` : "the time of the page";
  return (
    <div className={css.time}>
      <Popover
        label={`Time of ${side}`}
        trigger={
          <Button look="quiet" aria-label={`Time of ${side}: ${time}`}>
            <CalendarClock aria-hidden />
            {time}
          </Button>
        }
      >
        <TimeForm key={`${state?.from} ${state?.to}`} state={state} onChange={onChange} />
      </Popover>
      {own && (
        <IconButton
          label={`${side}: the time of the page`}
          onClick={() => onChange({ from: undefined, to: undefined })}
        >
          <X />
        </IconButton>
      )}
    </div>
  );
}

/** To the calls of a segment, where one filter can say both the page's conditions and its own. */
function OpenCalls({ page, state }: { page: FilterState | undefined; state?: SegmentState }) {
  const { start, end: until } = useWindow();
  const own = state?.filter;
  const filter = page ? (own?.match === "any" ? undefined : narrowed(page, own?.conditions ?? [])) : own;
  if ((page || own) && !filter) return null;
  const time = { range: undefined, from: state?.from ?? start.toISOString(), to: state?.to ?? until.toISOString() };
  return (
    <Link to="/requests" search={{ filter, ...time }}>
      Open these calls
    </Link>
  );
}

function end(at: string | undefined, zone: string): string {
  return at === undefined ? "the page’s" : brief(at, zone);
}

function TimeForm({ state, onChange }: { state?: SegmentState; onChange: (time: SegmentState) => void }) {
  const page = useWindow();
  const [from, setFrom] = useState(fieldOf(state?.from ?? page.start));
  const [to, setTo] = useState(fieldOf(state?.to ?? page.end));
  const ordered = new Date(from) < new Date(to);
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (ordered) onChange({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
      }}
    >
      <Field label="From" help={`Times are entered in ${LOCAL_ZONE}.`}>
        <TextInput type="datetime-local" step="1" value={from} onChange={(event) => setFrom(event.target.value)} />
      </Field>
      <Field label="To" error={ordered ? null : "Must come after the first."}>
        <TextInput type="datetime-local" step="1" value={to} onChange={(event) => setTo(event.target.value)} />
      </Field>
      <Button type="submit" look="primary" disabled={!ordered}>
        Apply
      </Button>
    </form>
  );
}

/** A moment as a `datetime-local` field holds it, in the browser's own zone. */
export function fieldOf(at: string | Date): string {
  const moment = new Date(at);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** What a segment is called where there is little room. */
export function segmentTitle(state: SegmentState | undefined): string {
  const conditions = state?.filter?.conditions.map(sentence).join(state.filter.match === "any" ? " or " : ", ");
  const time = state?.from || state?.to ? "a time of its own" : undefined;
  return [conditions, time].filter(Boolean).join(", ") || "all calls";
}
