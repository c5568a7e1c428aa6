import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Definition, Direction, Number as Estimated } from "@/api";
import { compareScoresOptions, getScoreSeriesOptions } from "@/api/@tanstack/react-query.gen";
import { Spark } from "@/charts/Spark";
import { useWindow } from "@/data/now";
import { useZone } from "@/data/zone";
import { Answered, Difference, Explained, Trust } from "@/design";
import { count, percent } from "@/format/numbers";
import { ofNumber } from "../figures/trust";
import { DefinitionBadges, VerdictBadge } from "../parts/Facets";
import { isCounted, type Selected, useSelected } from "../selection";
import { before, sparkBucket } from "../spans";
import { SharesOfScore, WordsOfScore } from "./OtherKinds";
import css from "./overview.module.css";

const route = getRouteApi("/shell/scores");

/** One score of the overview: a row that leads to its page. */
export function ScoreRow({ definition }: { definition: Definition }) {
  const { filter, clock, cluster } = route.useSearch();
  const { name, kind, description } = definition;
  return (
    <li className={css.row}>
      <div className={css.name}>
        <Link to="/scores/$name" params={{ name }} search={{ filter, clock, cluster }} className={css.link}>
          {name}
        </Link>
        <span className={css.badges}>
          <DefinitionBadges definition={definition} />
        </span>
        {description && <p className={css.description}>{description}</p>}
      </div>
      <Told definition={definition} counted={isCounted(kind)} />
    </li>
  );
}

function Told({ definition, counted }: { definition: Definition; counted: boolean }) {
  const selected = useSelected(route.useSearch());
  if (counted) return <Counted definition={definition} selected={selected} />;
  return definition.kind === "categorical" ? (
    <SharesOfScore name={definition.name} selected={selected} />
  ) : (
    <WordsOfScore name={definition.name} kind={definition.kind} />
  );
}

function Counted({
  definition: { name, kind, direction = "higher" },
  selected,
}: {
  definition: Definition;
  selected: Selected;
}) {
  const zone = useZone();
  const bucket = sparkBucket(useWindow());
  const series = useQuery(getScoreSeriesOptions({ body: { ...selected, name, kind, bucket, zone, total: true } }));
  return (
    <Answered query={series} height="2.25rem">
      {({ data: { total, points } }) => (
        <>
          <div className={css.mean}>{total && <Trust of={ofNumber(total)} />}</div>
          <div className={css.spark}>
            {total && total.n > 0 ? (
              <Spark
                label={`${name} over the window`}
                values={points.map((point) => point.mean)}
                low={points.map((point) => point.low)}
                high={points.map((point) => point.high)}
                width={240}
                height={40}
              />
            ) : (
              <span className={css.quiet}>no scores in this time</span>
            )}
          </div>
          <Moved name={name} kind={kind} direction={direction} selected={selected} />
          <div className={css.missing}>{total && <Missing total={total} />}</div>
        </>
      )}
    </Answered>
  );
}

/** This window against the one before it, as the API compares them. */
function Moved(props: { name: string; kind: Definition["kind"]; direction: Direction; selected: Selected }) {
  const { name, kind, direction, selected } = props;
  const compared = useQuery(
    compareScoresOptions({ body: { ...selected, name, kind, direction, a: before(selected), b: {}, match: "none" } }),
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

function Missing({ total: { missing, requests } }: { total: Estimated }) {
  if (missing === null) return <span className={css.quiet}>not counted by judging time</span>;
  const calls = missing + requests;
  if (calls === 0) return <span className={css.quiet}>no calls</span>;
  return (
    <Explained by={`${count(missing)} of ${count(calls)} calls have no such score.`}>
      {percent(missing / calls)} <span className={css.quiet}>of {count(calls)}</span>
    </Explained>
  );
}
