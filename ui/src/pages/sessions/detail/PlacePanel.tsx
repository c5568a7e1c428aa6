import { X } from "lucide-react";
import type { ReactNode } from "react";
import type { SessionCall, SessionNode, TokenAmount } from "@/api";
import { Facts } from "@/design";
import { count, duration, money, percent } from "@/format/numbers";
import { oneLine } from "@/format/texts";
import { ScoreMeans } from "../list/ScoreMeans";
import css from "./page.module.css";
import { callKey } from "./tree";

const TOLD = 100;

interface PlaceProps {
  node: SessionNode;
  isRoot: boolean;
  onCall: (call: SessionCall) => void;
  children?: ReactNode;
}

/** A place in the tree: what all that stands in it and below adds up to, and the calls that stand in it. */
export function PlacePanel({ node, isRoot, onCall, children }: PlaceProps) {
  const { n, errors, cancelled, span_ms, latency_ms, cost, tokens, scores, calls } = node;
  return (
    <>
      <header className={css.panelHead}>
        <h2>
          <bdi>{isRoot ? "The whole session" : oneLine(node.path)}</bdi>
        </h2>
      </header>
      <div className={css.panelBody}>
        {children}
        <section className={css.part} aria-label="Rolled up">
          <h3>{isRoot ? "All calls together" : "Here and below"}</h3>
          <Facts
            rows={[
              ["Calls", count(n)],
              ["Failed", `${count(errors)}${n > cancelled ? ` (${percent(errors / (n - cancelled))})` : ""}`],
              cancelled > 0 && ["Left by the caller", count(cancelled)],
              ["From first to last", duration(span_ms)],
              ["Sum of latencies", withMissing(duration(latency_ms.sum), latency_ms.missing)],
              ["Mean latency", `${duration(latency_ms.mean)}, n ${count(latency_ms.n)}`],
              ["Cost", withMissing(money(cost.sum), cost.missing)],
              ["Tokens", withMissing(count(tokens.total.sum), tokens.total.missing)],
              ...PARTS.map(([label, part]) => {
                const amount = part(node);
                return amount.n > 0 && ([label, count(amount.sum)] as const);
              }),
            ]}
          />
        </section>
        {scores.length > 0 && (
          <section className={css.part} aria-label="Scores of the calls">
            <h3>Scores of the calls</h3>
            <div className={css.means}>
              {scores.map((one) => (
                <ScoreMeans key={`${one.name} ${one.kind}`} scores={[one]} />
              ))}
            </div>
          </section>
        )}
        {calls.length > 0 && <Calls calls={calls} onCall={onCall} />}
      </div>
    </>
  );
}

const PARTS: readonly (readonly [string, (node: SessionNode) => TokenAmount])[] = [
  ["Prompt", ({ tokens }) => tokens.prompt],
  ["Read from cache", ({ tokens }) => tokens.cache_read],
  ["Written to cache", ({ tokens }) => tokens.cache_write],
  ["Completion", ({ tokens }) => tokens.completion],
  ["Reasoning", ({ tokens }) => tokens.reasoning],
];

function withMissing(said: string, missing: number): string {
  return missing === 0 ? said : `${said}, of ${count(missing)} not known`;
}

function Calls({ calls, onCall }: { calls: readonly SessionCall[]; onCall: (call: SessionCall) => void }) {
  return (
    <section className={css.part} aria-label="Calls here">
      <h3>
        Calls here <span className={css.quiet}>{count(calls.length)}</span>
      </h3>
      <ul className={css.calls}>
        {calls.slice(0, TOLD).map((call) => (
          <li key={callKey(call)}>
            <button type="button" onClick={() => onCall(call)}>
              <bdi>{oneLine(call.model)}</bdi>
              {call.error && (
                <span className={css.bad}>
                  <X size={13} aria-hidden /> failed
                </span>
              )}
              <span className={css.quiet}>
                {duration(call.latency_ms)} · {money(call.cost)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {calls.length > TOLD && <p className={css.quiet}>And {count(calls.length - TOLD)} more, in the tree.</p>}
    </section>
  );
}
