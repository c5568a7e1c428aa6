import { ChevronsDownUp, ChevronsUpDown, Hourglass, Waypoints, ZoomIn, ZoomOut } from "lucide-react";
import type { SessionNode } from "@/api";
import { Button, Explained, IconButton, Select } from "@/design";
import { count, duration, percent } from "@/format/numbers";
import { nameOf } from "@/pages/requests/scores/values";
import css from "./page.module.css";
import { foldable } from "./tree";
import type { TraceState } from "./useTraceState";

/** How the tree is shown: folded, nearer, with idle time, and what the session waited for. */
export function TraceTools(props: {
  state: TraceState;
  nodes: readonly SessionNode[];
  scores: readonly string[];
  score: string | undefined;
}) {
  const { state, nodes, scores, score } = props;
  const { search, put, critical, isShortened } = state;
  const { folded = [], idle = false, zoom } = search;
  return (
    <div className={css.tools}>
      <IconButton
        label={folded.length > 0 ? "Unfold all" : "Fold all"}
        onClick={() => put({ folded: folded.length > 0 ? undefined : foldable(nodes) })}
      >
        {folded.length > 0 ? <ChevronsUpDown /> : <ChevronsDownUp />}
      </IconButton>
      <IconButton label="Nearer (+)" onClick={() => state.zoomBy(0.5)}>
        <ZoomIn />
      </IconButton>
      <IconButton label="Farther (−)" disabled={zoom === undefined} onClick={() => state.zoomBy(2)}>
        <ZoomOut />
      </IconButton>
      {zoom && (
        <Button look="quiet" onClick={() => put({ zoom: undefined })}>
          All of it
        </Button>
      )}
      {(isShortened || idle) && (
        <Button aria-pressed={idle} onClick={() => put({ idle: idle ? undefined : true })}>
          <Hourglass aria-hidden />
          Idle time in full
        </Button>
      )}
      {critical.size > 1 && (
        <Button
          aria-pressed={search.critical === true}
          title="The chain of calls back from the one that ended last, read off their times"
          onClick={() => put({ critical: search.critical ? undefined : true })}
        >
          <Waypoints aria-hidden />
          Critical path
        </Button>
      )}
      {scores.length > 1 && (
        <Select
          label="Score in the column"
          lead="score"
          value={score ?? null}
          options={scores.map((name) => ({ value: name, label: nameOf(name) }))}
          onChange={(name) => put({ score: name })}
        />
      )}
      <Ran state={state} />
    </div>
  );
}

function Ran({ state: { ran, lasted, critical, isShortened, search } }: { state: TraceState }) {
  const idle = Math.max(0, lasted - ran);
  const shortened = isShortened && !search.idle ? " Long waits are drawn short, hatched." : "";
  return (
    <span className={css.ran}>
      <Explained
        by={`In ${duration(ran)} of ${duration(lasted)} at least one call ran; in ${duration(idle)} none did.${shortened}\nOn the critical path are ${count(critical.size)} calls.`}
      >
        ran {duration(ran)}, idle {duration(idle)}
        {lasted > 0 && ` (${percent(idle / lasted)})`}
      </Explained>
    </span>
  );
}
