import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Definition, Number as Estimated } from "@/api";
import { getScoreSeriesOptions } from "@/api/@tanstack/react-query.gen";
import { Spark } from "@/charts/Spark";
import { useWindow } from "@/data/now";
import { useZone } from "@/data/zone";
import { Answered, Explained, Trust } from "@/design";
import { count, percent } from "@/format/numbers";
import { ofNumber } from "../figures/trust";
import { DefinitionBadges } from "../parts/Facets";
import { Moved } from "../parts/Moved";
import { isCounted, type Selected, useSelected } from "../selection";
import { scoreBucket } from "../spans";
import { SharesOfScore, WordsOfScore } from "./OtherKinds";
import css from "./overview.module.css";
import { useSeen } from "./useSeen";

const route = getRouteApi("/shell/scores");

/** One score of the overview: a row that leads to its page, asked for when it comes into sight. */
export function ScoreRow({ definition }: { definition: Definition }) {
  const { filter, clock, cluster } = route.useSearch();
  const { name, kind, description } = definition;
  const { place, seen } = useSeen();
  return (
    <li ref={place} className={css.row}>
      <div className={css.name}>
        <Link to="/scores/$name" params={{ name }} search={{ filter, clock, cluster }} className={css.link}>
          {name}
        </Link>
        <span className={css.badges}>
          <DefinitionBadges definition={definition} />
        </span>
        {description && <p className={css.description}>{description}</p>}
      </div>
      {seen && <Told definition={definition} counted={isCounted(kind)} />}
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
  const bucket = scoreBucket(useWindow());
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
          <Moved direction={direction} selected={{ ...selected, name, kind }} />
          <div className={css.missing}>{total && <Missing total={total} />}</div>
        </>
      )}
    </Answered>
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
