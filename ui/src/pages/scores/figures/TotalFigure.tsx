import type { ReactNode } from "react";
import type { Number as Estimated, ScoreKind } from "@/api";
import { Note, Stat } from "@/design";
import { count, interval, percent, score } from "@/format/numbers";
import parts from "../parts/parts.module.css";
import { METHODS } from "../words";

/** A score over a whole window: how much, how sure, of how many, and what is missing. */
export function TotalFigure({ total, kind, children }: { total: Estimated; kind: ScoreKind; children?: ReactNode }) {
  return (
    <>
      <div className={parts.stats}>
        <Stat
          label={kind === "boolean" ? "Rate" : "Mean"}
          value={score(total.mean)}
          note={
            total.low === null
              ? "no interval: too few scores"
              : `${interval(total.low, total.high)} · ${METHODS[total.method]}`
          }
        />
        <Stat label="Scores" value={`n ${count(total.n)}`} note={independent(total)} />
        <Stat label="Calls without" value={count(total.missing)} note={coverage(total)} />
        {kind === "numeric" && total.n > 0 && (
          <Stat label="Lowest, highest" value={`${score(total.min)} – ${score(total.max)}`} note="single scores" />
        )}
        {children}
      </div>
      {total.warning && <Note>{total.warning}</Note>}
    </>
  );
}

function independent({ n, clusters, deff, n_effective }: Estimated): string {
  if (clusters === null || clusters === n) return "each by itself";
  const effect = deff === null ? "" : ` · design effect ${score(deff)}`;
  return `${count(clusters)} clusters${effect}${n_effective === null ? "" : ` · worth ${count(n_effective)}`}`;
}

function coverage({ missing, requests }: Estimated): string {
  if (missing === null) return "not counted: only calls placed by their request are";
  const calls = missing + requests;
  return calls === 0 ? "there were no calls" : `${percent(missing / calls)} of ${count(calls)} calls`;
}
