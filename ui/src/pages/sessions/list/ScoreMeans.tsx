import type { ScoreMean } from "@/api";
import { count, percent, score, UNKNOWN } from "@/format/numbers";
import { oneLine } from "@/format/texts";
import { nameOf } from "@/pages/requests/scores/values";
import css from "./list.module.css";

/** What is said of some calls: the mean of each score, of yes or no the share, with its n. */
export function ScoreMeans({ scores, most = 3 }: { scores: readonly ScoreMean[]; most?: number }) {
  if (scores.length === 0) return UNKNOWN;
  const told = scores.slice(0, most);
  return (
    <span className={css.scores} title={scores.map(sentence).join("\n")}>
      {told.map((one) => (
        <span key={`${one.name} ${one.kind}`} className={css.score}>
          <bdi>{oneLine(nameOf(one.name))}</bdi>
          <strong>{written(one)}</strong>
          <small>n {count(one.n)}</small>
        </span>
      ))}
      {scores.length > most && <span className={css.quiet}>+{scores.length - most}</span>}
    </span>
  );
}

function written({ kind, mean }: ScoreMean): string {
  return kind === "boolean" ? percent(mean) : score(mean);
}

function sentence(one: ScoreMean): string {
  return `${oneLine(nameOf(one.name))} ${written(one)}, n ${count(one.n)}`;
}
