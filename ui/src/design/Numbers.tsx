import { count, interval, score, signed } from "@/format/numbers";
import { Explained } from "./Hint";
import css from "./numbers.module.css";

export interface Trusted {
  mean: number | null;
  low: number | null;
  high: number | null;
  n: number;
  method?: string;
  missing?: number | null;
  clusters?: number | null;
  warning?: string | null;
}

/** A number with its interval and n beside it; how it was made is said on hover. */
export function Trust({ of, write = score }: { of: Trusted; write?: (value: number | null) => string }) {
  return (
    <Explained by={provenance(of)} className={css.trust}>
      <span className={css.mean}>{write(of.mean)}</span>
      {of.mean !== null && (
        <span className={css.interval}>{of.low === null ? "no interval" : interval(of.low, of.high, write)}</span>
      )}
      <span className={css.n}>n {count(of.n)}</span>
    </Explained>
  );
}

/** How far a number can be trusted, in words. */
export function provenance(of: Trusted): string {
  const lines = [
    of.low === null ? "Too few values for an interval." : "The interval is of 95 %.",
    of.low !== null && of.method && `Method: ${of.method.replaceAll("_", " ")}.`,
    of.clusters != null && of.clusters !== of.n && `${count(of.clusters)} independent groups.`,
    of.missing ? `${count(of.missing)} calls have no such score.` : null,
    of.warning,
  ];
  return lines.filter(Boolean).join("\n");
}

/** A difference with its sign and interval, coloured only where the whole interval lies on one side. */
export function Difference(props: {
  value: number | null;
  low: number | null;
  high: number | null;
  better?: "higher" | "lower" | null;
  write?: (value: number) => string;
}) {
  const { value, low, high, better = "higher", write = score } = props;
  const sure = low !== null && high !== null && (low > 0 || high < 0);
  const good = better && value !== null && value > 0 === (better === "higher");
  return (
    <span className={css.trust} data-tone={sure && better ? (good ? "good" : "bad") : undefined}>
      <span className={css.mean}>{signed(value, write)}</span>
      {low !== null && high !== null && (
        <span className={css.interval}>
          {signed(low, write)} to {signed(high, write)}
        </span>
      )}
    </span>
  );
}
