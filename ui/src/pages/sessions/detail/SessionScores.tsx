import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { queryScoresOptions } from "@/api/@tanstack/react-query.gen";
import { useMay, useMe } from "@/data/me";
import { Answered, Button, Kbd } from "@/design";
import { oneLine } from "@/format/texts";
import { OneScore } from "@/pages/requests/scores/OneScore";
import { ScoreForm } from "@/pages/requests/scores/ScoreForm";
import scores from "@/pages/requests/scores/scores.module.css";
import { nameOf } from "@/pages/requests/scores/values";
import css from "./page.module.css";
import { scoresOf, useSessionScoring } from "./useSessionScoring";

interface SessionScoresProps {
  sessionId: string;
  adding: boolean;
  onAdding: (adding: boolean) => void;
}

/** What was said of the session as a whole, and a form to say more. */
export function SessionScores({ sessionId, adding, onAdding }: SessionScoresProps) {
  const scoring = useSessionScoring(sessionId);
  const may = useMay("write");
  const { author } = useMe();
  const given = useQuery(queryScoresOptions(scoresOf(sessionId)));
  return (
    <section className={css.part} aria-label="Scores of the session">
      <header className={css.partHead}>
        <h3>Scores of the session itself</h3>
        {may && !adding && (
          <Button onClick={() => onAdding(true)}>
            <Plus aria-hidden />
            Score <Kbd>s</Kbd>
          </Button>
        )}
      </header>
      {adding && may && <ScoreForm scoring={scoring} label="Score this session" onClose={() => onAdding(false)} />}
      <Answered query={given} height="3rem">
        {({ data }) =>
          data.scores.length === 0 ? (
            <p className={css.quiet}>None yet. Scores of its calls are rolled up in the tree.</p>
          ) : (
            <ul className={css.given}>
              {data.scores.map((score) => (
                <li key={score.id} className={scores.group}>
                  <h4 className={css.scoreName}>
                    <bdi>{oneLine(nameOf(score.name))}</bdi>
                  </h4>
                  <ul>
                    <OneScore score={score} scoring={scoring} isOwn={score.author === author} />
                  </ul>
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
    </section>
  );
}
