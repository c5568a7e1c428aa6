import { Check, CircleSlash, X } from "lucide-react";
import type { ReactNode } from "react";
import type { CallRecord, CallScore } from "@/api";
import { Badge } from "@/design";
import { count, duration, money, UNKNOWN } from "@/format/numbers";
import { oneLine, shown } from "@/format/texts";
import { clock, day, moment, utc } from "@/format/times";
import { Marked } from "../Marked";
import type { Term } from "../marking";
import { nameOf, shownValue } from "../scores/values";
import { statusOf } from "../statuses";
import css from "./cells.module.css";

/** What cells need to know besides the call. */
export interface Shown {
  zone: string;
  terms: readonly Term[];
}

/** Two lines: what matters, and below it what belongs to it. */
export function Pair({ main, below, title }: { main: ReactNode; below?: ReactNode; title?: string }) {
  return (
    <div className={css.pair} title={title}>
      <span className={css.main}>{main}</span>
      {below != null && <span className={css.below}>{below}</span>}
    </div>
  );
}

/** A name that a stranger gave, in its own direction. */
export function Name({ children }: { children: string | null | undefined }) {
  return children ? <bdi title={shown(children)}>{oneLine(children)}</bdi> : UNKNOWN;
}

export function TimeCell({ at, zone }: { at: string; zone: string }) {
  return (
    <Pair
      main={<time dateTime={at}>{clock(at, zone)}</time>}
      below={day(at, zone)}
      title={`${moment(at, zone)} (${zone})\n${utc(at)}`}
    />
  );
}

export function StatusBadge({ call }: { call: Pick<CallRecord, "status"> }) {
  const { word, code, tone } = statusOf(call);
  return (
    <Badge tone={tone} title={`${word} ${code}`}>
      <span className={css.status}>
        {tone === "good" ? <Check aria-hidden /> : tone === "warn" ? <CircleSlash aria-hidden /> : <X aria-hidden />}
        {word} <span className={css.code}>{code}</span>
      </span>
    </Badge>
  );
}

export function MessagesCell({ call, terms }: { call: CallRecord; terms: readonly Term[] }) {
  return (
    <Pair
      main={<Preview text={call.request_preview} terms={terms} />}
      below={<Preview text={call.response_preview} terms={terms} />}
    />
  );
}

export function Preview({ text, terms }: { text: string | null; terms: readonly Term[] }) {
  return text ? (
    <bdi title={shown(text)}>
      <Marked text={text} terms={terms} />
    </bdi>
  ) : (
    UNKNOWN
  );
}

export function LatencyCell({ call }: { call: CallRecord }) {
  const first = call.time_to_first_token_ms;
  return <Pair main={duration(call.latency_ms)} below={first === null ? null : `first ${duration(first)}`} />;
}

export function TokensCell({ call }: { call: CallRecord }) {
  const parts =
    call.prompt_tokens === null && call.completion_tokens === null
      ? null
      : `${count(call.prompt_tokens)} → ${count(call.completion_tokens)}`;
  return <Pair main={count(call.total_tokens)} below={parts} title="Prompt → completion" />;
}

export function CostCell({ call }: { call: CallRecord }) {
  return (
    <span title={call.cost_usd === null ? "The cost is not known." : `${call.cost_usd} USD`}>
      {money(call.cost_usd)}
    </span>
  );
}

const AT_MOST = 4;

export function ScoresCell({ scores }: { scores: readonly CallScore[] }) {
  if (scores.length === 0) return UNKNOWN;
  const left = scores.length - AT_MOST;
  return (
    <div className={css.scores}>
      {scores.slice(0, AT_MOST).map((one) => (
        <ScoreChip key={one.name} of={one} />
      ))}
      {left > 0 && <span className={css.more}>+{left}</span>}
    </div>
  );
}

function ScoreChip({ of }: { of: CallScore }) {
  return (
    <span className={css.chip} title={`${nameOf(of.name)}: ${of.n > 1 ? `the newest of ${of.n}` : of.source}`}>
      <bdi className={css.chipName}>{oneLine(nameOf(of.name))}</bdi>
      <bdi className={css.chipValue}>{shownValue(of)}</bdi>
    </span>
  );
}

export function ScoreCell({ of }: { of: CallScore | undefined }) {
  if (!of) return UNKNOWN;
  return <Pair main={<bdi>{shownValue(of)}</bdi>} below={of.n > 1 ? `of ${of.n}` : null} />;
}
