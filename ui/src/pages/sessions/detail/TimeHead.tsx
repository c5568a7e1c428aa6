import { type PointerEvent, type RefObject, useEffect, useRef, useState } from "react";
import { oneLine } from "@/format/texts";
import { nameOf } from "@/pages/requests/scores/values";
import type { Axis } from "./axis";
import { labelsOf } from "./labels";
import css from "./trace.module.css";

/** How far the pointer goes before a press is a stretch, as a part of the axis. */
const DRAGGED = 0.01;

interface HeadProps {
  axis: Axis;
  score: string | undefined;
  narrow: boolean;
  onZoom: (from: number, to: number) => void;
}

/** What the columns are; over the bars the time, on which a stretch can be drawn to look at it alone. */
export function TimeHead({ axis, score, narrow, onZoom }: HeadProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: as the tree
    <div role="rowgroup" className={css.head}>
      {/* biome-ignore lint/a11y/useSemanticElements: as the tree */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the tree itself takes the focus */}
      <div role="row" className={css.row} aria-rowindex={1}>
        <Cell>Place and call</Cell>
        {!narrow && score !== undefined && <Cell end>{oneLine(nameOf(score))}</Cell>}
        {!narrow && <Cell end>Cost</Cell>}
        {!narrow && <Cell end>Took</Cell>}
        <Scale axis={axis} onZoom={onZoom} />
      </div>
    </div>
  );
}

function Cell({ children, end = false }: { children: string; end?: boolean }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: as the tree
    // biome-ignore lint/a11y/useFocusableInteractive: the tree itself takes the focus
    <div role="columnheader" className={css.headCell} data-align={end ? "end" : undefined} title={children}>
      {children}
    </div>
  );
}

function Scale({ axis, onZoom }: Pick<HeadProps, "axis" | "onZoom">) {
  const field = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<[number, number] | null>(null);
  const width = useWidth(field);
  const placeOf = (event: PointerEvent) => {
    const box = field.current?.getBoundingClientRect();
    return box ? Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) : 0;
  };
  const finish = () => {
    setDrawn(null);
    if (!drawn) return;
    const [from, to] = [...drawn].sort((one, other) => one - other) as [number, number];
    if (to - from > DRAGGED) onZoom(axis.moment(from), axis.moment(to));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: as the tree
    // biome-ignore lint/a11y/useFocusableInteractive: the tree itself takes the focus, and has keys for the same
    <div
      role="columnheader"
      aria-label="When"
      className={css.scale}
      title="Draw over a stretch to look at it alone"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrawn([placeOf(event), placeOf(event)]);
      }}
      onPointerMove={(event) => drawn && setDrawn([drawn[0], placeOf(event)])}
      onPointerUp={finish}
      onPointerCancel={() => setDrawn(null)}
    >
      <div ref={field} className={css.field}>
        {labelsOf(axis, width).map(({ text, left, wait }) => (
          <span
            key={left}
            className={wait ? css.gap : css.tick}
            style={{ insetInlineStart: left }}
            title={wait ? `Nothing ran for ${text}` : undefined}
          >
            {text}
          </span>
        ))}
        {drawn && (
          <span
            className={css.drawn}
            style={{
              insetInlineStart: `${Math.min(...drawn) * 100}%`,
              inlineSize: `${Math.abs(drawn[1] - drawn[0]) * 100}%`,
            }}
          />
        )}
      </div>
    </div>
  );
}

function useWidth(of: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const at = of.current;
    if (!at) return;
    const watch = new ResizeObserver(() => setWidth(at.clientWidth));
    watch.observe(at);
    return () => watch.disconnect();
  }, [of]);
  return width;
}
