import { ThumbsDown, ThumbsUp } from "lucide-react";
import type { ScoreRecord } from "@/api";
import { useMe } from "@/data/me";
import { IconButton } from "@/design";
import type { Scoring } from "./useScoring";
import { FEEDBACK } from "./values";

/** The quickest judgement. A thumb that is up already is taken back by pressing it again. */
export function Thumbs({ scores, scoring }: { scores: readonly ScoreRecord[]; scoring: Scoring }) {
  const { author } = useMe();
  const own = scores.find((one) => one.name === FEEDBACK && one.source === "human" && one.author === author);
  const press = (up: boolean) => (own?.value === up ? scoring.remove(own, "taken back") : scoring.rate(up));
  return (
    <>
      <IconButton
        label="Thumbs up"
        aria-pressed={own?.value === true}
        disabled={scoring.busy}
        onClick={() => void press(true)}
      >
        <ThumbsUp />
      </IconButton>
      <IconButton
        label="Thumbs down"
        aria-pressed={own?.value === false}
        disabled={scoring.busy}
        onClick={() => void press(false)}
      >
        <ThumbsDown />
      </IconButton>
    </>
  );
}
