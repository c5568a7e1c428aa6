import type { ScoreRecord } from "@/api";
import { Badge } from "@/design";
import { score as written } from "@/format/numbers";
import { judgeName, SOURCES_IN_WORDS } from "../words";
import css from "./parts.module.css";

/** How the fields of a score are shown, wherever scores are listed. */
export const SCORE_COLUMNS = {
  value: (score: Pick<ScoreRecord, "value" | "kind">) => <ScoreValue value={score.value} />,
  by: (score: Pick<ScoreRecord, "source" | "author">) => (
    <span className={css.by}>
      {judgeName(score.source, score.author)}
      {score.author !== "" && <small>{SOURCES_IN_WORDS[score.source]}</small>}
    </span>
  ),
};

/** A single score: what was said, in the type of its kind. */
export function ScoreValue({ value }: { value: ScoreRecord["value"] }) {
  if (typeof value === "boolean") return <Badge tone={value ? "good" : "bad"}>{value ? "yes" : "no"}</Badge>;
  if (typeof value === "number") return <data value={String(value)}>{written(value)}</data>;
  return <span className={css.words}>{value}</span>;
}
