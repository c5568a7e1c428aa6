import { useQuery } from "@tanstack/react-query";
import type { ScoreRecord } from "@/api";
import { getVersionsOfScoreOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, Badge, Moment } from "@/design";
import { shown } from "@/format/texts";
import { Value, Who } from "./OneScore";
import css from "./scores.module.css";

/** How a score came to say what it says: every version, the newest first, with what it replaced and why. */
export function Versions({ scoreId }: { scoreId: string }) {
  const versions = useQuery(getVersionsOfScoreOptions({ path: { score_id: scoreId } }));
  return (
    <Answered query={versions} height="3rem">
      {({ data }) => (
        <ol className={css.versions} aria-label="Versions">
          {data.toReversed().map((version, place, all) => (
            <Version key={version.version} version={version} before={all[place + 1]} isCurrent={place === 0} />
          ))}
        </ol>
      )}
    </Answered>
  );
}

function Version(props: { version: ScoreRecord; before: ScoreRecord | undefined; isCurrent: boolean }) {
  const { version, before, isCurrent } = props;
  return (
    <li>
      <div className={css.versionHead}>
        {version.deleted ? <Badge tone="bad">deleted</Badge> : <Value of={version} />}
        {before && !version.deleted && (
          <span className={css.replaced}>
            replaced <Value of={before} />
          </span>
        )}
        {isCurrent && !version.deleted && <Badge tone="accent">current</Badge>}
        <Who of={version} />
        <Moment at={version.recorded_at} />
      </div>
      {version.reason && <p className={css.reason}>“{shown(version.reason)}”</p>}
    </li>
  );
}
