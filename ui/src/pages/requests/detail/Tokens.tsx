import type { CallRecord } from "@/api";
import { count } from "@/format/numbers";
import css from "./detail.module.css";

interface TokenPart {
  label: string;
  n: number | null;
  ink: string;
  /** How many of these were of a kind. */
  thereof?: { label: string; n: number | null };
}

function partsOf(call: CallRecord): TokenPart[] {
  return [
    {
      label: "Prompt",
      n: call.prompt_tokens,
      ink: "series-1",
      thereof: { label: "audio", n: call.prompt_audio_tokens },
    },
    { label: "Read from cache", n: call.prompt_cache_read_tokens, ink: "series-6" },
    {
      label: "Written to cache",
      n: call.prompt_cache_write_tokens,
      ink: "series-5",
      thereof: { label: "for an hour", n: call.prompt_cache_write_1h_tokens },
    },
    {
      label: "Completion",
      n: call.completion_tokens,
      ink: "series-3",
      thereof: { label: "audio", n: call.completion_audio_tokens },
    },
    { label: "Reasoning", n: call.reasoning_tokens, ink: "series-4" },
  ];
}

/** Tokens by part, each counted once, and their sum. */
export function Tokens({ call }: { call: CallRecord }) {
  const parts = partsOf(call);
  const told = parts.filter((part) => part.n !== null || part.label === "Prompt" || part.label === "Completion");
  return (
    <div className={css.tokens}>
      <div className={css.bar} aria-hidden>
        {parts.map((part) =>
          part.n ? <span key={part.label} style={{ flexGrow: part.n, background: `var(--${part.ink})` }} /> : null,
        )}
      </div>
      <dl>
        {told.map((part) => (
          <div key={part.label}>
            <dt>
              <i className={css.swatch} style={{ background: `var(--${part.ink})` }} />
              {part.label}
              {part.thereof?.n ? <small>{` ${count(part.thereof.n)} ${part.thereof.label}`}</small> : null}
            </dt>
            <dd>{count(part.n)}</dd>
          </div>
        ))}
        <div className={css.sum}>
          <dt>In all</dt>
          <dd>{count(call.total_tokens)}</dd>
        </div>
      </dl>
    </div>
  );
}
