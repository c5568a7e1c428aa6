import { ChevronRight, CircleSlash, X } from "lucide-react";
import { type CSSProperties, memo, type ReactNode } from "react";
import type { SessionCall, SessionNode } from "@/api";
import { compact, count, duration, money, percent, UNKNOWN, score as written } from "@/format/numbers";
import { oneLine } from "@/format/texts";
import { statusOf } from "@/pages/requests/statuses";
import type { Axis } from "./axis";
import { rowSpan } from "./timeline";
import css from "./trace.module.css";
import type { TreeRow } from "./tree";

interface RowProps {
  id: string;
  index: number;
  row: TreeRow;
  axis: Axis;
  top: number;
  score: string | undefined;
  isSelected: boolean;
  /** Whether the session did not wait for it. */
  isAside: boolean;
  onSelect: (row: TreeRow) => void;
  onFold: (row: TreeRow) => void;
}

/** A place or a call: its name, what it adds up to, and when it ran. */
export const TraceRow = memo((props: RowProps) => {
  const { id, index, row, axis, top, score, isSelected, isAside, onSelect, onFold } = props;
  const { call, node, depth, inner, open } = row;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a tree of thousands is virtualised
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and says which row is meant
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the tree do the same
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-level={depth + 1}
      aria-expanded={inner ? open : undefined}
      aria-selected={isSelected}
      className={css.row}
      data-body
      data-aside={isAside || undefined}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onSelect(row)}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as the tree */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: as the row */}
      <div role="gridcell" className={css.name} style={{ "--depth": depth } as CSSProperties}>
        <Fold row={row} onFold={onFold} />
        <Name row={row} />
      </div>
      {score !== undefined && <Cell>{call ? ofCall(call, score) : <Rolled scores={node.scores} name={score} />}</Cell>}
      <Cell>{money(call ? call.cost : node.cost.sum)}</Cell>
      <Cell>{duration(call ? call.latency_ms : node.span_ms)}</Cell>
      <Lane row={row} axis={axis} />
    </div>
  );
});

function Cell({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: as the tree
    // biome-ignore lint/a11y/useFocusableInteractive: as the row
    <div role="gridcell" className={css.cell}>
      {children}
    </div>
  );
}

/** To fold with the mouse; by key the tree folds the row that it stands on. */
function Fold({ row, onFold }: { row: TreeRow; onFold: (row: TreeRow) => void }) {
  if (!row.inner) return <span className={css.leaf} />;
  return (
    <button
      type="button"
      tabIndex={-1}
      className={css.fold}
      aria-label={row.open ? "Fold" : "Unfold"}
      data-open={row.open || undefined}
      onClick={(event) => {
        event.stopPropagation();
        onFold(row);
      }}
    >
      <ChevronRight aria-hidden />
    </button>
  );
}

function Name({ row: { call, node, name, parent } }: { row: TreeRow }) {
  if (call) {
    return (
      <>
        <Ended call={call} />
        <bdi className={css.called} title={oneLine(call.path || name)}>
          {oneLine(name)}
        </bdi>
        {call.model !== name && <bdi className={css.model}>{oneLine(call.model)}</bdi>}
      </>
    );
  }
  return (
    <>
      <bdi className={css.place} title={oneLine(node.path)}>
        {parent === null ? "Session" : oneLine(name)}
      </bdi>
      <span className={css.tally}>{compact(node.n)}</span>
      {node.errors > 0 && (
        <span className={css.failed} title={`${count(node.errors)} of ${count(node.n)} calls failed`}>
          <X aria-label="failed" />
          {compact(node.errors)}
        </span>
      )}
    </>
  );
}

function Ended({ call }: { call: SessionCall }) {
  if (!call.error && !call.cancelled) return null;
  const { word, code } = statusOf(call);
  const said = `${word} ${code}`;
  return call.error ? (
    <span className={css.failed} title={said}>
      <X aria-label={said} />
      {code}
    </span>
  ) : (
    <span className={css.left} title={said}>
      <CircleSlash aria-label={said} />
    </span>
  );
}

/** Where on the axis a row lies; of a call also how long it waited for the first token. */
function Lane({ row, axis }: { row: TreeRow; axis: Axis }) {
  const { from, to } = rowSpan(row);
  const [left, right] = [axis.place(from), axis.place(to)];
  const { call } = row;
  const first = call?.time_to_first_token_ms ?? null;
  const wait = first === null || to <= from ? null : Math.min(1, first / (to - from));
  return (
    // biome-ignore lint/a11y/useSemanticElements: as the tree
    // biome-ignore lint/a11y/useFocusableInteractive: as the row
    <div role="gridcell" className={css.lane} title={laneTitle(row, from, to)}>
      <div className={css.field}>
        {right >= 0 && left <= 1 && (
          <span
            className={call ? css.bar : css.span}
            data-ended={call?.error ? "failed" : call?.cancelled ? "left" : undefined}
            style={{ "--from": Math.max(0, left), "--to": Math.min(1, right) } as CSSProperties}
          >
            {wait !== null && left >= 0 && right <= 1 && (
              <span className={css.wait} style={{ inlineSize: `${wait * 100}%` }} />
            )}
          </span>
        )}
      </div>
    </div>
  );
}

function laneTitle({ call }: TreeRow, from: number, to: number): string {
  const first = call?.time_to_first_token_ms ?? null;
  const lines = [`from ${duration(from)} to ${duration(to)} of the session`];
  if (first !== null) lines.push(`first token after ${duration(first)}`);
  return lines.join("\n");
}

function ofCall({ scores }: SessionCall, name: string): string {
  const found = scores.find((one) => one.name === name);
  if (!found) return "";
  if (found.kind === "boolean") return found.value ? "yes" : "no";
  return typeof found.value === "number" ? written(found.value) : (found.text ?? UNKNOWN);
}

/** The mean of a score over all that stands in a place and below, with its n. */
function Rolled({ scores, name }: { scores: SessionNode["scores"]; name: string }) {
  const found = scores.find((one) => one.name === name);
  if (!found) return null;
  return (
    <>
      {found.kind === "boolean" ? percent(found.mean) : written(found.mean)} <small>n {compact(found.n)}</small>
    </>
  );
}
