import { useQuery } from "@tanstack/react-query";
import { Gauge, Plus } from "lucide-react";
import type { ScoreRecord } from "@/api";
import { queryScoresOptions } from "@/api/@tanstack/react-query.gen";
import { useMay, useMe } from "@/data/me";
import { Answered, Button, Empty, Kbd } from "@/design";
import { oneLine } from "@/format/texts";
import { OneScore } from "./OneScore";
import { ScoreForm } from "./ScoreForm";
import css from "./scores.module.css";
import { Thumbs } from "./Thumbs";
import { type Scoring, scoresOf, useScoring } from "./useScoring";
import { nameOf } from "./values";

interface ScoresProps {
  requestId: string;
  /** Whether the form for a new score stands open. */
  adding: boolean;
  onAdding: (adding: boolean) => void;
}

/** Every score of a request, by name, with all that is known of it; and a form for another. */
export function Scores({ requestId, adding, onAdding }: ScoresProps) {
  const scoring = useScoring(requestId);
  const may = useMay("write");
  const scores = useQuery(queryScoresOptions(scoresOf(requestId)));
  return (
    <div className={css.scores}>
      {may && (
        <div className={css.deeds}>
          {!adding && (
            <Button look="primary" onClick={() => onAdding(true)}>
              <Plus aria-hidden />
              Score <Kbd>s</Kbd>
            </Button>
          )}
          <Answered query={scores} height="1.875rem">
            {({ data }) => <Thumbs scores={data.scores} scoring={scoring} />}
          </Answered>
        </div>
      )}
      {adding && may && <ScoreForm scoring={scoring} onClose={() => onAdding(false)} />}
      <Answered query={scores} height="12rem">
        {({ data }) =>
          data.scores.length === 0 ? (
            <Empty icon={<Gauge size={28} aria-hidden />} title="Not scored yet">
              {may ? "Press s to say what you think of it." : "Your key may only read."}
            </Empty>
          ) : (
            <Groups scores={data.scores} scoring={scoring} />
          )
        }
      </Answered>
    </div>
  );
}

function Groups({ scores, scoring }: { scores: readonly ScoreRecord[]; scoring: Scoring }) {
  const { author } = useMe();
  const names = [...new Set(scores.map((one) => one.name))].sort((one, other) => one.localeCompare(other));
  return names.map((name) => (
    <section key={name} className={css.group} aria-label={nameOf(name)}>
      <h3>
        <bdi>{oneLine(nameOf(name))}</bdi>
      </h3>
      <ul>
        {scores
          .filter((one) => one.name === name)
          .map((score) => (
            <OneScore key={score.id} score={score} scoring={scoring} isOwn={score.author === author} />
          ))}
      </ul>
    </section>
  ));
}
