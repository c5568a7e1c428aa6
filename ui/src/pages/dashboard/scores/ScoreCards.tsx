import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Definition } from "@/api";
import { getScoreSeriesOptions, listDefinitionsOptions } from "@/api/@tanstack/react-query.gen";
import { Spark } from "@/charts/Spark";
import { useWindow } from "@/data/now";
import { useZone } from "@/data/zone";
import { Answered, Trust } from "@/design";
import { percent, score } from "@/format/numbers";
import { shown } from "@/format/texts";
import { ofNumber } from "@/pages/scores/figures/trust";
import { useSeen } from "@/pages/scores/overview/useSeen";
import { isCounted } from "@/pages/scores/selection";
import { scoreBucket } from "@/pages/scores/spans";
import { ARROWS } from "@/pages/scores/words";
import { requestsOf, type Scope, useAsked } from "../scope";
import css from "./scores.module.css";

/** Every score that has a mean, small: its shape over the window, how it stands, and the way to its page. */
export function ScoreCards({ scope }: { scope: Scope }) {
  const definitions = useQuery(listDefinitionsOptions());
  return (
    <Answered query={definitions} height="8rem">
      {({ data }) => {
        const counted = data.filter(({ kind }) => isCounted(kind));
        return counted.length === 0 ? null : (
          <section className={css.section}>
            <header className={css.head}>
              <h2>Scores</h2>
              <Link to="/scores" search={{ filter: requestsOf(scope, [])?.filter }}>
                All scores
              </Link>
            </header>
            <ul className={css.cards}>
              {counted.map((one) => (
                <Card key={one.name} definition={one} scope={scope} />
              ))}
            </ul>
          </section>
        );
      }}
    </Answered>
  );
}

function Card({ definition, scope }: { definition: Definition; scope: Scope }) {
  const { name, direction = "higher" } = definition;
  const { place, seen } = useSeen();
  return (
    <li ref={place} className={css.card}>
      <Link
        to="/scores/$name"
        params={{ name }}
        search={{ filter: requestsOf(scope, [])?.filter }}
        className={css.name}
      >
        <bdi>{shown(name)}</bdi>
        <span aria-hidden title={`${direction} is better`}>
          {ARROWS[direction]}
        </span>
      </Link>
      {seen && <Told definition={definition} scope={scope} />}
    </li>
  );
}

const WIDTH = 260;
const HEIGHT = 44;

function Told({ definition: { name, kind }, scope }: { definition: Definition; scope: Scope }) {
  const asked = useAsked(scope);
  const zone = useZone();
  const bucket = scoreBucket(useWindow());
  const series = useQuery({
    ...getScoreSeriesOptions({ body: { ...asked, name, kind, bucket, zone, total: true } }),
    placeholderData: (before) => before,
  });
  return (
    <Answered query={series} height="4.5rem">
      {({ data: { total, points } }) =>
        total === null || total.n === 0 ? (
          <p className={css.none}>no scores in this time</p>
        ) : (
          <>
            <Trust of={ofNumber(total)} write={kind === "boolean" ? percent : score} />
            <Spark
              label={`${name} over the window`}
              values={points.map((point) => point.mean)}
              low={points.map((point) => point.low)}
              high={points.map((point) => point.high)}
              width={WIDTH}
              height={HEIGHT}
            />
          </>
        )
      }
    </Answered>
  );
}
