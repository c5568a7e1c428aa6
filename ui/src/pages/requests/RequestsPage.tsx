import { useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowUp, ChartColumn, Keyboard } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { refreshNow, useNow } from "@/data/now";
import { Button, IconButton, Note, Page, Problem } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { count } from "@/format/numbers";
import { Waiting } from "@/shell/Fallbacks";
import { TimeRange } from "@/shell/TimeRange";
import { CountButton } from "./CountButton";
import { ColumnMenu } from "./columns/ColumnMenu";
import { useColumns } from "./columns/useColumns";
import { CallSheet } from "./detail/CallSheet";
import { ExportMenu } from "./ExportMenu";
import { KeysDialog } from "./KeysDialog";
import { usePageKeys } from "./keys";
import { LiveToggle } from "./live/LiveToggle";
import { above, waitingOf } from "./live/newcomers";
import { type Tail, useTail } from "./live/useTail";
import { termsOf } from "./marking";
import { NoRequests, useNewest } from "./NoRequests";
import css from "./page.module.css";
import { useAsked, useQuestion } from "./question";
import { SearchBox } from "./SearchBox";
import type { RequestsSearch } from "./search";
import { CallGrid, type Rows } from "./table/CallGrid";
import { PAGE } from "./table/places";
import { type Pages, usePages } from "./table/usePages";
import { useNarrow } from "./useNarrow";
import { useOpen } from "./useOpen";
import { VolumeChart } from "./VolumeChart";

const Guide = lazy(() => import("@/pages/welcome/Guide").then(({ Guide }) => ({ default: Guide })));
const OLD_MS = 15_000;

/** Every request: found, watched as it comes, read and scored. */
export function RequestsPage() {
  const narrow = useNarrow();
  const { filter, search = "", live = false, chart = !narrow }: RequestsSearch = useSearch({ strict: false });
  const isAll = filter === undefined && search === "";
  const columns = useColumns();
  useFreshNow();
  const field = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const question = useQuestion();
  const terms = useMemo(() => termsOf(search), [search]);
  const tail = useWatched(live, scroller);
  const [range, setRange] = useState<readonly [number, number]>([0, 0]);
  const pages = usePages(question, range);
  const rows = rowsOf(tail, pages);
  const onRange = useCallback(
    (first: number, last: number) => setRange([first, last].map((row) => row - rows.fresh) as [number, number]),
    [rows.fresh],
  );
  const opening = useOpen(rows);
  const toggle = useLiveToggle(live);
  const [keysShown, setKeysShown] = useState(false);
  usePageKeys({
    ...moves(opening, field),
    l: toggle,
    "?": () => setKeysShown(true),
  });
  const empty = pages.ended && rows.length === 0;
  const newest = useNewest(empty && isAll);
  // Nothing can be said of nothing before it is known why there is nothing.
  if (empty && isAll && newest === undefined) return <Waiting />;
  if (empty && isAll && newest === null) return <FirstRun />;
  return (
    <Page
      title="Requests"
      fill
      actions={
        <>
          <TimeRange />
          <LiveToggle line={tail.line} onPress={toggle} />
          <ExportMenu />
          {/* On a narrow screen a request is a card, without columns, and there is hardly a keyboard. */}
          {!narrow && (
            <>
              <ColumnMenu columns={columns} />
              <IconButton label="Keys (?)" onClick={() => setKeysShown(true)}>
                <Keyboard />
              </IconButton>
            </>
          )}
        </>
      }
    >
      <div className={css.tools}>
        <SearchBox field={field} />
        <FilterBar />
        <div className={css.asides}>
          <CountButton />
          <ChartToggle shown={chart} />
        </div>
      </div>
      {empty ? (
        <div className={css.nothing}>
          <NoRequests newest={newest ?? null} />
        </div>
      ) : (
        <>
          {chart && (
            <div className={css.chart}>
              <VolumeChart pulse={tail.pulse} />
            </div>
          )}
          <Notes tail={tail} pages={pages} />
          <div className={css.table}>
            <Newcomers tail={tail} scroller={scroller} />
            <CallGrid
              rows={rows}
              columns={columns}
              terms={terms}
              narrow={narrow}
              busy={pages.isOld}
              cursor={opening.cursor}
              isOpen={opening.isOpen}
              onOpen={opening.openAt}
              onRange={onRange}
              scroller={scroller}
              question={JSON.stringify(question)}
            />
          </div>
        </>
      )}
      <CallSheet onClose={opening.close} onPrevious={opening.step(-1)} onNext={opening.step(1)} />
      <KeysDialog open={keysShown} onOpenChange={setKeysShown} />
    </Page>
  );
}

/** What stands here before there was any request: how to send the first. */
function FirstRun() {
  return (
    <Page title="Welcome to Helicorder" lead="Point your client at this server; nothing else changes.">
      <Suspense fallback={<Waiting />}>
        <Guide />
      </Suspense>
    </Page>
  );
}

/** Whoever comes back to the page sees what is there now, not what was there when they left. */
function useFreshNow(): void {
  const now = useNow();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, on the way in
  useEffect(() => {
    if (Date.now() - now.getTime() > OLD_MS) refreshNow();
  }, []);
}

function ChartToggle({ shown }: { shown: boolean }) {
  const navigate = useNavigate();
  return (
    <IconButton
      label={shown ? "Hide the chart" : "Show the chart"}
      aria-pressed={shown}
      onClick={() => void navigate({ to: ".", replace: true, search: (kept) => ({ ...kept, chart: !shown }) })}
    >
      <ChartColumn />
    </IconButton>
  );
}

const TOP = 24;

function useWatched(live: boolean, scroller: React.RefObject<HTMLDivElement | null>): Tail {
  const { filter, search } = useAsked();
  const question = {
    ...(filter === "all" ? {} : { filter: JSON.stringify(filter) }),
    ...(search === "" ? {} : { search }),
  };
  return useTail(question, live, () => (scroller.current?.scrollTop ?? 0) <= TOP);
}

/** Those who came meanwhile, then the pages. */
function rowsOf(tail: Tail, pages: Pages): Rows {
  const first = Array.from({ length: Math.min(PAGE, pages.length) }, (_none, index) => pages.at(index));
  const fresh = above(tail.shown, first);
  return {
    length: fresh.length + pages.length,
    fresh: fresh.length,
    at: (index) => (index < fresh.length ? fresh[index] : pages.at(index - fresh.length)),
  };
}

function useLiveToggle(live: boolean): () => void {
  const navigate = useNavigate();
  // Live, the newest stand at the top and the time ends now.
  const watching = { live: true, sort: undefined, from: undefined, to: undefined };
  return () => void navigate({ to: ".", search: (kept) => ({ ...kept, ...(live ? { live: undefined } : watching) }) });
}

function moves(opening: ReturnType<typeof useOpen>, field: React.RefObject<HTMLInputElement | null>) {
  const down = () => opening.step(1)?.();
  const up = () => opening.step(-1)?.();
  const enter = () => opening.cursor !== null && opening.openAt(opening.cursor);
  return {
    j: down,
    ArrowDown: down,
    k: up,
    ArrowUp: up,
    Enter: enter,
    "/": () => field.current?.focus(),
    f: () => document.querySelector<HTMLElement>("[data-adds-filter]")?.click(),
  };
}

function Notes({ tail, pages }: { tail: Tail; pages: Pages }) {
  return (
    <div className={css.notes}>
      {pages.error != null && <Problem error={pages.error} onRetry={pages.refetch} />}
      {tail.missed > 0 && (
        <Note>
          Too many came at once: {count(tail.missed)} new requests are not shown.{" "}
          <Button look="quiet" onClick={tail.renew}>
            Read the table anew
          </Button>
        </Note>
      )}
    </div>
  );
}

/** Who came while the reader was further down. */
function Newcomers({ tail, scroller }: { tail: Tail; scroller: React.RefObject<HTMLDivElement | null> }) {
  const waiting = waitingOf(tail);
  if (waiting === 0) return null;
  const admit = () => {
    tail.admit();
    scroller.current?.scrollTo({ top: 0 });
  };
  return (
    <div className={css.banner}>
      <Button look="primary" onClick={admit}>
        <ArrowUp aria-hidden />
        {count(waiting)} new
      </Button>
    </div>
  );
}
