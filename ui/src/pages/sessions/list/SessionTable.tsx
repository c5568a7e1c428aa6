import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type CSSProperties, useEffect, useRef } from "react";
import type { SessionRecord } from "@/api";
import { useZone } from "@/data/zone";
import { count, duration, money } from "@/format/numbers";
import type { SessionOrder } from "../search";
import { COLUMNS, type SessionColumn } from "./columns";
import css from "./list.module.css";
import { ScoreMeans } from "./ScoreMeans";
import type { SessionPages } from "./useSessionPages";

const ROW_HEIGHT = 52;
const CARD_HEIGHT = 92;
/** How many rows before the end the next page is asked for. */
const AHEAD = 30;

interface TableProps {
  pages: SessionPages;
  order: SessionOrder;
  onOrder: (order: SessionOrder) => void;
  narrow: boolean;
  /** Changes where other sessions are asked for: the list then begins at its top. */
  question: string;
}

/** The list: rows as they are scrolled to, each a link to its session. */
export function SessionTable({ pages, order, onOrder, narrow, question }: TableProps) {
  const { sessions, ended, more } = pages;
  const scroller = useRef<HTMLDivElement>(null);
  const height = narrow ? CARD_HEIGHT : ROW_HEIGHT;
  const virtual = useVirtualizer({
    count: sessions.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => sessions[index]?.session_id ?? index,
    overscan: 10,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question begins at its top
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [question]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when rows have another height
  useEffect(() => virtual.measure(), [height]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (!ended && last >= sessions.length - AHEAD) more();
  });
  const template = { "--columns": COLUMNS.map(({ width }) => width).join(" ") } as CSSProperties;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table that is virtualised cannot be a table element
    <div
      ref={scroller}
      role="table"
      aria-label="Sessions"
      aria-rowcount={pages.count ?? -1}
      aria-busy={pages.isOld}
      className={css.table}
      style={template}
    >
      {!narrow && <Head order={order} onOrder={onOrder} />}
      {/* biome-ignore lint/a11y/useSemanticElements: as the table */}
      <div
        role="rowgroup"
        className={css.body}
        data-old={pages.isOld || undefined}
        style={{ blockSize: virtual.getTotalSize() }}
      >
        {items.map((item) => {
          const session = sessions[item.index];
          return session ? (
            <SessionRow key={item.key} session={session} index={item.index} top={item.start} narrow={narrow} />
          ) : null;
        })}
      </div>
    </div>
  );
}

function Head({ order, onOrder }: Pick<TableProps, "order" | "onOrder">) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: as the table
    <div role="rowgroup" className={css.head}>
      {/* biome-ignore lint/a11y/useSemanticElements: as the table */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: what stands in it takes the focus */}
      <div role="row" className={css.row}>
        {COLUMNS.map((column) => (
          // biome-ignore lint/a11y/useSemanticElements: as the table
          // biome-ignore lint/a11y/useFocusableInteractive: the button within takes the focus
          <div
            key={column.id}
            role="columnheader"
            className={css.cell}
            data-align={column.align}
            aria-sort={sortWord(column, order)}
          >
            <Title column={column} order={order} onOrder={onOrder} />
          </div>
        ))}
      </div>
    </div>
  );
}

function sortWord({ sort }: SessionColumn, order: SessionOrder) {
  if (!sort) return undefined;
  if (sort !== order.key) return "none";
  return order.ascending ? "ascending" : "descending";
}

function Title({ column, order, onOrder }: { column: SessionColumn } & Pick<TableProps, "order" | "onOrder">) {
  const { sort, title } = column;
  if (!sort) return title;
  const active = sort === order.key;
  return (
    <button
      type="button"
      className={css.sorter}
      onClick={() => onOrder({ key: sort, ascending: active ? !order.ascending : false })}
    >
      {title}
      {active && (order.ascending ? <ArrowUp aria-hidden /> : <ArrowDown aria-hidden />)}
    </button>
  );
}

interface RowProps {
  session: SessionRecord;
  index: number;
  top: number;
  narrow: boolean;
}

function SessionRow({ session, index, top, narrow }: RowProps) {
  const zone = useZone();
  const place = { transform: `translateY(${top}px)` };
  const [first, ...others] = COLUMNS as [SessionColumn, ...SessionColumn[]];
  return (
    // biome-ignore lint/a11y/useSemanticElements: as the table
    // biome-ignore lint/a11y/useFocusableInteractive: the link within takes the focus
    <div role="row" aria-rowindex={index + 2} className={narrow ? css.card : css.row} style={place} data-body>
      {/* biome-ignore lint/a11y/useSemanticElements: as the table */}
      <div role="cell" className={css.cell}>
        <Link to="/sessions/$sessionId" params={{ sessionId: session.session_id }} className={css.link}>
          {first.cell(session, zone)}
        </Link>
        {narrow && <CardFacts session={session} zone={zone} />}
      </div>
      {!narrow &&
        others.map((column) => (
          // biome-ignore lint/a11y/useSemanticElements: as the table
          <div key={column.id} role="cell" className={css.cell} data-align={column.align}>
            {column.cell(session, zone)}
          </div>
        ))}
    </div>
  );
}

function CardFacts({ session }: { session: SessionRecord; zone: string }) {
  const { n, errors, duration_ms, cost, scores } = session;
  return (
    <>
      <span className={css.quiet}>
        {count(n)} calls · {errors.count > 0 && `${count(errors.count)} failed · `}
        {duration(duration_ms)} · {money(cost.sum)}
      </span>
      {scores.length > 0 && <ScoreMeans scores={scores} most={2} />}
    </>
  );
}
