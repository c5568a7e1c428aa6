import { useQuery } from "@tanstack/react-query";
import type { ScoreKind } from "@/api";
import { getScoreDistributionOptions, queryScoresOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, Explained } from "@/design";
import { count, interval, percent } from "@/format/numbers";
import type { Selected } from "../selection";
import css from "./overview.module.css";

const TOLD = 4;

/** Categories have no mean: the shares of the largest, each with its interval on hover. */
export function SharesOfScore({ name, selected }: { name: string; selected: Selected }) {
  const spread = useQuery(getScoreDistributionOptions({ body: { ...selected, name, kind: "categorical" } }));
  return (
    <div className={css.rest}>
      <Answered query={spread} height="2.25rem">
        {({ data: { n, shares } }) =>
          n === 0 ? (
            <span className={css.quiet}>no scores in this time</span>
          ) : (
            <span className={css.shares}>
              {[...shares]
                .sort((one, other) => other.n - one.n)
                .slice(0, TOLD)
                .map((share) => (
                  <Explained
                    key={share.category}
                    by={`${interval(share.low, share.high, percent)} · n ${count(share.n)} of ${count(n)}`}
                  >
                    {share.category} <strong>{percent(share.share)}</strong>
                  </Explained>
                ))}
              {shares.length > TOLD && <span className={css.quiet}>and {shares.length - TOLD} more</span>}
              <span className={css.quiet}>n {count(n)}</span>
            </span>
          )
        }
      </Answered>
    </div>
  );
}

/** Words and corrections are counted; there is nothing to average. */
export function WordsOfScore({ name, kind }: { name: string; kind: ScoreKind }) {
  const found = useQuery(queryScoresOptions({ body: { names: [name], kinds: [kind], limit: 1, count: true } }));
  return (
    <div className={css.rest}>
      <Answered query={found} height="2.25rem">
        {({ data }) => <span className={css.quiet}>n {count(data.count)} in all times · words have no mean</span>}
      </Answered>
    </div>
  );
}
