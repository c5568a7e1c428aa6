import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import type { ScoreRecord } from "@/api";
import { getVersionsOfScoreOptions } from "@/api/@tanstack/react-query.gen";
import { useMay } from "@/data/me";
import { Answered, Badge, Button, Facts, Moment, Mono, Sheet, SheetClose } from "@/design";
import { score as written } from "@/format/numbers";
import { TargetLink } from "../parts/RequestLink";
import { SCORE_COLUMNS } from "../parts/scoreColumns";
import { DeleteDialog } from "./DeleteDialog";
import { EditForm } from "./EditForm";
import { usePut } from "./ScorePage";
import css from "./score.module.css";

const route = getRouteApi("/shell/scores/$name");

interface Named {
  name: string;
  /** The categories that are defined, where any are. */
  categories: readonly string[];
}

/** One score with all its versions: who said what, when and why, and what it replaced. */
export function VersionsSheet(named: Named) {
  const { open } = route.useSearch();
  const put = usePut();
  return (
    <Sheet open={open !== undefined} onOpenChange={(is) => !is && put({ open: undefined })} label="Versions of a score">
      {open !== undefined && <Opened id={open} named={named} />}
    </Sheet>
  );
}

function Opened({ id, named }: { id: string; named: Named }) {
  const versions = useQuery(getVersionsOfScoreOptions({ path: { score_id: id } }));
  return (
    <>
      <header className={css.sheetHead}>
        <div>
          <h2>A score of {named.name}</h2>
          <span className={css.small}>
            <Mono>{id}</Mono>
          </span>
        </div>
        <SheetClose />
      </header>
      <div className={css.sheetBody}>
        <Answered query={versions}>
          {({ data }) => {
            const current = data.at(-1);
            return current && <Whole versions={data} current={current} categories={named.categories} />;
          }}
        </Answered>
      </div>
    </>
  );
}

type Doing = "edit" | "delete" | null;

function Whole(props: { versions: readonly ScoreRecord[]; current: ScoreRecord; categories: readonly string[] }) {
  const { versions, current, categories } = props;
  const [doing, setDoing] = useState<Doing>(null);
  const mayWrite = useMay("write");
  return (
    <>
      <Facts
        rows={[
          ["Judges", <TargetLink key="target" target={current.target} id={current.target_id} />],
          ["By", SCORE_COLUMNS.by(current)],
          ["Judged", <Moment key="judged" at={current.judged_at} />],
          [
            "Drawn with",
            current.inclusion === null ? "nobody said with which probability" : written(current.inclusion),
          ],
          ...Object.entries(current.metadata).map(([key, value]) => [key, value] as const),
        ]}
      />
      {current.deleted ? (
        <Badge tone="bad">deleted: it counts nowhere, its versions are kept</Badge>
      ) : doing === "edit" ? (
        <EditForm current={current} categories={categories} onDone={() => setDoing(null)} />
      ) : !mayWrite ? null : (
        <div className={css.deeds}>
          <Button onClick={() => setDoing("edit")}>
            <Pencil aria-hidden />
            Change
          </Button>
          <Button look="danger" onClick={() => setDoing("delete")}>
            <Trash2 aria-hidden />
            Delete
          </Button>
        </div>
      )}
      <section className={css.versions} aria-label="Versions, the newest first">
        <h3>Versions</h3>
        {[...versions].reverse().map((version, place) => (
          <Version key={version.version} version={version} isCurrent={place === 0} first={version === versions[0]} />
        ))}
      </section>
      <DeleteDialog current={current} open={doing === "delete"} onOpenChange={(is) => setDoing(is ? "delete" : null)} />
    </>
  );
}

function Version({ version, isCurrent, first }: { version: ScoreRecord; isCurrent: boolean; first: boolean }) {
  return (
    <article className={css.version} data-current={isCurrent || undefined}>
      <div className={css.versionHead}>
        {version.deleted ? <Badge tone="bad">deleted</Badge> : SCORE_COLUMNS.value(version)}
        {isCurrent && <Badge tone="accent">current</Badge>}
        <span className={css.small}>
          <Moment at={version.recorded_at} />
        </span>
      </div>
      {version.comment && <p>{version.comment}</p>}
      <p className={css.reason}>
        {version.reason || (first ? "The first version." : "Said again by the same judge; no reason was given.")}
      </p>
      <p className={css.small}>
        version <Mono>{version.version}</Mono>
        {version.replaces && (
          <>
            , replaces <Mono>{version.replaces}</Mono>
          </>
        )}
        {version.key_id && (
          <>
            , written with key <Mono>{version.key_id}</Mono>
          </>
        )}
      </p>
    </article>
  );
}
