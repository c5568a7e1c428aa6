import { useNavigate, useSearch } from "@tanstack/react-router";
import { CalendarClock, ChevronsUpDown, RotateCw } from "lucide-react";
import { useState } from "react";
import { refreshNow, useWindow } from "@/data/now";
import { DEFAULT_RANGE, RANGES, type TimeSearch } from "@/data/window";
import { useZone } from "@/data/zone";
import { Button, Field, IconButton, Popover, Suggest, TextInput } from "@/design";
import controls from "@/design/controls.module.css";
import { brief, LOCAL_ZONE } from "@/format/times";
import css from "./shell.module.css";

/** Sets what of the address says the time; `undefined` takes it out. */
export function useTimeSearch(): (time: TimeSearch) => void {
  const navigate = useNavigate();
  return (time) => void navigate({ to: ".", search: (kept) => ({ ...kept, ...time }) });
}

/** From a stretch that was drawn over on a chart to the window of the page. */
export function useZoom(): (start: Date, end: Date) => void {
  const set = useTimeSearch();
  return (start, end) => set({ range: undefined, from: start.toISOString(), to: end.toISOString() });
}

/** Which time the page looks at, in which zone, and a button for a newer "now". */
export function TimeRange() {
  const search: TimeSearch = useSearch({ strict: false });
  const set = useTimeSearch();
  const { start, end, range } = useWindow();
  const zone = useZone();
  const named = RANGES.find(({ value }) => value === range)?.label ?? (range && `Last ${range}`);
  const shown = named ?? `${brief(start, zone)} – ${brief(end, zone)}`;
  return (
    <>
      <Popover
        label="Time range"
        trigger={
          <Button aria-label={`Time range: ${shown}`}>
            <CalendarClock aria-hidden />
            {shown}
            <ChevronsUpDown aria-hidden />
          </Button>
        }
      >
        <div className={css.times}>
          <ul className={css.ranges}>
            {RANGES.map(({ value, label }) => (
              <li key={value}>
                <button
                  type="button"
                  className={controls.item}
                  aria-pressed={value === (range ?? DEFAULT_RANGE)}
                  onClick={() => set({ range: value, from: undefined, to: undefined })}
                >
                  {label}
                </button>
              </li>
            ))}
          </ul>
          <Exact key={`${start.getTime()} ${end.getTime()}`} start={start} end={end} zone={search.zone ?? LOCAL_ZONE} />
        </div>
      </Popover>
      <IconButton label="Refresh" onClick={refreshNow}>
        <RotateCw />
      </IconButton>
    </>
  );
}

function Exact({ start, end, zone }: { start: Date; end: Date; zone: string }) {
  const set = useTimeSearch();
  const [from, setFrom] = useState(fieldOf(start));
  const [to, setTo] = useState(fieldOf(end));
  const [chosen, setChosen] = useState(zone);
  const ordered = new Date(from) < new Date(to);
  const known = Intl.supportedValuesOf("timeZone");
  const apply = () =>
    set({
      range: undefined,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      zone: chosen === LOCAL_ZONE || !(known.includes(chosen) || chosen === "UTC") ? undefined : chosen,
    });
  return (
    <form
      className={css.exact}
      onSubmit={(event) => {
        event.preventDefault();
        if (ordered) apply();
      }}
    >
      <Field label="From">
        <TextInput type="datetime-local" step="1" value={from} onChange={(event) => setFrom(event.target.value)} />
      </Field>
      <Field label="To" error={ordered ? null : "Must come after the first."}>
        <TextInput type="datetime-local" step="1" value={to} onChange={(event) => setTo(event.target.value)} />
      </Field>
      <Field label="Time zone of days" help={`Times are entered in ${LOCAL_ZONE}.`}>
        <Suggest label="Time zone of days" value={chosen} options={["UTC", ...known]} onChange={setChosen} />
      </Field>
      <Button type="submit" look="primary" disabled={!ordered}>
        Apply
      </Button>
    </form>
  );
}

/** A moment as a `datetime-local` field holds it, in the browser's own zone. */
function fieldOf(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
