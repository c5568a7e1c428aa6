import { Field } from "@/design";
import { DimensionPicker, useDimensions } from "../../scores/parts/DimensionPicker";
import { RaterPicker } from "../../scores/parts/RaterPicker";
import { useJudges, useScore, useSelected } from "../../scores/selection";
import css from "../queues.module.css";
import { judgeOf } from "./draft";
import type { FieldsProps } from "./NewQueuePage";

/** Which judge the labels are to check, and where it may err otherwise. */
export function JudgeFields({ draft, put }: FieldsProps) {
  const { name } = judgeOf(draft);
  const score = useScore(name);
  const selected = useSelected({});
  const { judges } = useJudges(score ? { ...selected, name: score.name, kind: score.kind } : null);
  const dimensions = useDimensions(draft.by ? [draft.by] : [], false);
  return (
    <div className={css.row}>
      <Field label="Judge" help={name ? `Its scores named ${name}.` : "Of the first score to give."}>
        <RaterPicker
          label="Judge"
          lead=""
          rater={draft.judge && { sources: draft.judge.sources, authors: draft.judge.authors }}
          fallback="every judge model"
          known={judges.filter(({ values: [source] }) => source !== "human")}
          onChange={(chosen) => put({ judge: chosen && { ...chosen, name: draft.judge?.name } })}
        />
      </Field>
      <Field label="Where it may err otherwise">
        <DimensionPicker
          label="Segments"
          lead="by"
          value={draft.by}
          none="nothing"
          dimensions={dimensions}
          onChange={(by) => put({ by })}
        />
      </Field>
    </div>
  );
}
