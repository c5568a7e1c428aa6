import { useQuery } from "@tanstack/react-query";
import type { CallRecord } from "@/api";
import { count, duration, UNKNOWN } from "@/format/numbers";
import { conversationOptions } from "../chat/Chat";
import css from "./detail.module.css";

/** How the answer came: the wait for the first token, then the rest; and how fast. */
export function Timing({ call }: { call: CallRecord }) {
  const timing = useQuery({ ...conversationOptions(call), select: ({ data }) => data.timing }).data;
  const { latency_ms: whole, time_to_first_token_ms: first } = call;
  const speed = timing?.tokens_per_second;
  const streamed = call.streamed && first !== null && whole !== null;
  const share = streamed && whole > 0 ? Math.min(100, (first / whole) * 100) : 100;
  return (
    <figure className={css.timing} aria-label="Timing">
      <div className={css.bar} aria-hidden>
        {whole !== null && <span className={css.wait} style={{ inlineSize: `${share}%` }} />}
        {streamed && <span className={css.stream} style={{ inlineSize: `${100 - share}%` }} />}
      </div>
      <figcaption>
        {streamed ? (
          <>
            <span>
              <i className={css.swatch} data-of="wait" /> {duration(first)} to the first token
            </span>
            <span>
              <i className={css.swatch} data-of="stream" /> {duration(whole - first)} streaming
            </span>
          </>
        ) : (
          <span>
            <i className={css.swatch} data-of="wait" /> {duration(whole)} {call.streamed ? "in all" : "in one piece"}
          </span>
        )}
        <span className={css.speed}>{speed == null ? UNKNOWN : count(speed)} tokens/s</span>
      </figcaption>
    </figure>
  );
}
