import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type KeyboardEvent, useEffect, useRef } from "react";
import { duration } from "@/format/numbers";
import type { Axis } from "./axis";
import { deedOf } from "./keys";
import { TimeHead } from "./TimeHead";
import { TraceRow } from "./TraceRow";
import css from "./trace.module.css";
import type { TreeRow } from "./tree";

const ROW_HEIGHT = 30;
const CARD_HEIGHT = 46;

interface TraceProps {
  rows: readonly TreeRow[];
  axis: Axis;
  selected: string;
  /** The score that has a column; none where the session has no scores. */
  score: string | undefined;
  /** The calls that are marked; null where none are told apart. */
  critical: ReadonlySet<string> | null;
  narrow: boolean;
  onSelect: (row: TreeRow) => void;
  onFold: (row: TreeRow) => void;
  onEnter: () => void;
  onZoom: (from: number, to: number) => void;
  onZoomBy: (factor: number) => void;
}

const rowId = (index: number) => `trace-row-${index}`;

/** The tree, and beside each of its rows when it ran. */
export function Trace(props: TraceProps) {
  const { rows, axis, selected, score, critical, narrow, onSelect, onFold, onZoom } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const height = narrow ? CARD_HEIGHT : ROW_HEIGHT;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 20,
    scrollPaddingStart: 40,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when rows have another height
  useEffect(() => virtual.measure(), [height]);
  const cursor = rows.findIndex(({ key }) => key === selected);
  useEffect(() => {
    if (cursor >= 0) virtual.scrollToIndex(cursor, { align: "auto" });
  }, [cursor, virtual]);
  return (
    <div
      ref={scroller}
      role="treegrid"
      tabIndex={0}
      aria-label="Calls by path"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={cursor < 0 ? undefined : rowId(cursor)}
      className={css.trace}
      data-scored={score === undefined ? undefined : ""}
      onKeyDown={(event) => onKey(event, props, cursor)}
    >
      <TimeHead axis={axis} score={score} narrow={narrow} onZoom={onZoom} />
      {/* biome-ignore lint/a11y/useSemanticElements: as the tree */}
      <div role="rowgroup" className={css.body} style={{ blockSize: virtual.getTotalSize() }}>
        <Backdrop axis={axis} />
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return row ? (
            <TraceRow
              key={row.key}
              id={rowId(item.index)}
              index={item.index}
              row={row}
              axis={axis}
              top={item.start}
              score={score}
              isSelected={row.key === selected}
              isAside={critical !== null && row.call !== null && !critical.has(row.key)}
              onSelect={onSelect}
              onFold={onFold}
            />
          ) : null;
        })}
      </div>
    </div>
  );
}

/** What lies behind all bars: the lines of the ticks, and the time in which nothing ran. */
function Backdrop({ axis }: { axis: Axis }) {
  return (
    <div className={css.backdrop} aria-hidden>
      <div className={css.field}>
        {axis.ticks.map(({ at, ms }) => (
          <span key={ms} className={css.line} style={{ insetInlineStart: `${at * 100}%` }} />
        ))}
        {axis.gaps.map(({ from, to, left, right }) => (
          <span
            key={from}
            className={css.idle}
            title={`Nothing ran for ${duration(to - from)}`}
            style={{ "--from": left, "--to": right } as CSSProperties}
          />
        ))}
      </div>
    </div>
  );
}

function onKey(event: KeyboardEvent, props: TraceProps, cursor: number): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
  const deed = deedOf(event.key, props.rows, cursor);
  if (!deed) return;
  event.preventDefault();
  const row = props.rows[deed.do === "go" ? deed.to : cursor];
  if (deed.do === "zoom") props.onZoomBy(deed.by);
  if (deed.do === "enter") props.onEnter();
  if (deed.do === "go" && row) props.onSelect(row);
  if (deed.do === "fold" && row) props.onFold(row);
}
