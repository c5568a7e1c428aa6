import { ArrowRight, Check } from "lucide-react";
import type { CallRecord } from "@/api";
import { useMay } from "@/data/me";
import { refreshNow } from "@/data/now";
import { Button, ButtonLink, Facts } from "@/design";
import { count, duration, money } from "@/format/numbers";
import { oneLine } from "@/format/texts";
import { Preview, ScoresCell, StatusBadge } from "@/pages/requests/columns/cells";
import { useScoring } from "@/pages/requests/scores/useScoring";
import { Thumb } from "@/pages/requests/scores/values";
import css from "./guide.module.css";
import type { Arrivals } from "./useArrivals";

/** What is heard of the tail: nothing yet, or the call that came, ready to be scored. */
export function Listening({ arrivals: { calls, isListening } }: { arrivals: Arrivals }) {
  const [newest, ...earlier] = calls;
  if (!newest) {
    return (
      <section className={css.listening} aria-live="polite">
        <Drum moving={isListening} />
        <h2>{isListening ? "Listening for your call" : "Connecting…"}</h2>
        <p>It shows here within a moment of its end.</p>
      </section>
    );
  }
  return (
    <section className={css.arrived} aria-live="polite">
      <h2>
        <Check aria-hidden />
        {earlier.length > 0 ? "Calls are coming in" : "Your call has arrived"}
      </h2>
      <ArrivedCall call={newest} />
    </section>
  );
}

function ArrivedCall({ call }: { call: CallRecord }) {
  const may = useMay("write");
  const scoring = useScoring(call.request_id);
  return (
    <div className={css.call}>
      <div className={css.callHead}>
        <StatusBadge call={call} />
        <strong>
          <bdi>{oneLine(call.model)}</bdi>
        </strong>
      </div>
      <p className={css.preview}>
        <Preview text={call.request_preview} terms={[]} />
      </p>
      <p className={css.preview} data-answer>
        <Preview text={call.response_preview} terms={[]} />
      </p>
      <Facts
        rows={[
          ["Latency", duration(call.latency_ms)],
          ["Tokens", count(call.total_tokens)],
          ["Cost", money(call.cost_usd)],
        ]}
      />
      {call.scores.length > 0 ? (
        <div className={css.scored}>
          <span>Scored, and on disk:</span>
          <ScoresCell scores={call.scores} />
        </div>
      ) : (
        may && (
          <fieldset className={css.rate}>
            <legend>Was the answer good? This is its first score.</legend>
            <Button disabled={scoring.busy} onClick={() => void scoring.rate(true)}>
              <Thumb up /> Good
            </Button>
            <Button disabled={scoring.busy} onClick={() => void scoring.rate(false)}>
              <Thumb up={false} /> Bad
            </Button>
          </fieldset>
        )
      )}
      <ButtonLink
        to="/requests"
        look="primary"
        search={{ open: call.request_id, at: call.created_at, range: "24h" }}
        onClick={refreshNow}
      >
        Look at it <ArrowRight aria-hidden />
      </ButtonLink>
    </div>
  );
}

/** A trace that lies still until something moves. */
function Drum({ moving }: { moving: boolean }) {
  return (
    <svg viewBox="0 0 240 64" className={css.drum} aria-hidden="true" data-moving={moving || undefined}>
      {[12, 32, 52].map((y) => (
        <line key={y} x1="0" x2="240" y1={y} y2={y} className={css.rule} />
      ))}
      <path className={css.trace} d="M0 32h60l4-3 5 6 5-5 6 3h52l4-4 5 7 4-4h95" />
    </svg>
  );
}
