import { useQuery } from "@tanstack/react-query";
import type { Direction } from "@/api";
import { compareScoresOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, Difference } from "@/design";
import { count } from "@/format/numbers";
import type { SelectedScore } from "../selection";
import { before } from "../spans";
import { VerdictBadge } from "./Facets";
import css from "./parts.module.css";

/** This window against the one of the same length before it, as the API compares them. */
export function Moved({ direction, selected }: { direction: Direction; selected: SelectedScore }) {
  const compared = useQuery(
    compareScoresOptions({ body: { ...selected, direction, a: before(selected), b: {}, match: "none" } }),
  );
  return (
    <div className={css.moved}>
      <Answered query={compared} height="2.25rem">
        {({ data: { difference, verdict } }) =>
          difference.difference == null ? (
            <span className={css.quiet}>nothing to compare with before</span>
          ) : (
            <>
              <Difference
                value={difference.difference}
                low={difference.low ?? null}
                high={difference.high ?? null}
                better={direction === "neither" ? null : direction}
              />
              <span className={css.verdict}>
                <VerdictBadge verdict={verdict} />
                <span className={css.quiet}>
                  n {count(difference.n_a)} → {count(difference.n_b)}
                </span>
              </span>
            </>
          )
        }
      </Answered>
    </div>
  );
}
