import { Bot, Code2, History, Pencil, Trash2, User, UserRound, Webhook } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { ScoreRecord, Source } from "@/api";
import { useMay } from "@/data/me";
import { Button, Dialog, Field, IconButton, Moment, TextInput } from "@/design";
import { percent } from "@/format/numbers";
import { oneLine, shown } from "@/format/texts";
import { EditForm } from "./ScoreForm";
import css from "./scores.module.css";
import type { Scoring } from "./useScoring";
import { Versions } from "./Versions";
import { FEEDBACK, Thumb, written } from "./values";

const SOURCES: Record<Source, { icon: ReactNode; word: string }> = {
  human: { icon: <User aria-hidden />, word: "by a person" },
  model: { icon: <Bot aria-hidden />, word: "by a model" },
  code: { icon: <Code2 aria-hidden />, word: "by code" },
  end_user: { icon: <UserRound aria-hidden />, word: "by an end user" },
  api: { icon: <Webhook aria-hidden />, word: "over the API" },
};

/** One judgement: what it says, who said it, when and why; to change, to delete, and with its versions. */
export function OneScore({ score, scoring, isOwn }: { score: ScoreRecord; scoring: Scoring; isOwn: boolean }) {
  const [doing, setDoing] = useState<"edit" | "delete" | null>(null);
  const [unfolded, setUnfolded] = useState(false);
  const may = useMay("write");
  const what = `${score.name}, ${written(score.kind, score.value)}`;
  return (
    <li className={css.score}>
      <div className={css.scoreHead}>
        <span className={css.value} data-kind={score.kind}>
          <Value of={score} />
        </span>
        <Who of={score} isOwn={isOwn} />
        <span className={css.when}>
          <Moment at={score.judged_at} />
        </span>
        <span className={css.own}>
          <IconButton
            label={`${unfolded ? "Hide" : "Show"} the versions of ${what}`}
            aria-expanded={unfolded}
            onClick={() => setUnfolded(!unfolded)}
          >
            <History />
          </IconButton>
          {may && (
            <>
              <IconButton label={`Change ${what}`} onClick={() => setDoing("edit")}>
                <Pencil />
              </IconButton>
              <IconButton label={`Delete ${what}`} onClick={() => setDoing("delete")}>
                <Trash2 />
              </IconButton>
            </>
          )}
        </span>
      </div>
      <More of={score} />
      {doing === "edit" && <EditForm score={score} scoring={scoring} onClose={() => setDoing(null)} />}
      {unfolded && <Versions scoreId={score.id} />}
      <Deleting open={doing === "delete"} score={score} scoring={scoring} onClose={() => setDoing(null)} />
    </li>
  );
}

export function Value({ of }: { of: Pick<ScoreRecord, "name" | "kind" | "value"> }) {
  if (of.name === FEEDBACK && of.kind === "boolean") return <Thumb up={of.value === true} />;
  if (of.kind === "text" || of.kind === "correction") return <bdi className={css.words}>{shown(String(of.value))}</bdi>;
  return <bdi>{written(of.kind, of.value)}</bdi>;
}

export function Who({ of, isOwn = false }: { of: Pick<ScoreRecord, "source" | "author" | "key_id">; isOwn?: boolean }) {
  const { icon, word } = SOURCES[of.source];
  return (
    <span className={css.who} title={of.key_id ? `${word}; key ${of.key_id}` : word}>
      {icon}
      {of.author ? <bdi>{oneLine(of.author)}</bdi> : word}
      {isOwn && <span className={css.you}>you</span>}
    </span>
  );
}

function More({ of }: { of: ScoreRecord }) {
  const metadata = Object.entries(of.metadata);
  return (
    <>
      {of.comment && (
        <p className={css.comment} dir="auto">
          {shown(of.comment)}
        </p>
      )}
      {(of.inclusion !== null || metadata.length > 0) && (
        <p className={css.small}>
          {of.inclusion !== null && <span>drawn with probability {percent(of.inclusion)}</span>}
          {metadata.map(([name, value]) => (
            <bdi key={name}>
              {oneLine(name)}: {oneLine(value)}
            </bdi>
          ))}
        </p>
      )}
    </>
  );
}

function Deleting(props: { open: boolean; score: ScoreRecord; scoring: Scoring; onClose: () => void }) {
  const { open, score, scoring, onClose } = props;
  const [reason, setReason] = useState("");
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    if (await scoring.remove(score, reason.trim())) onClose();
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(to) => !to && onClose()}
      title={`Delete ${oneLine(score.name)}?`}
      text="It will count nowhere any more. Its versions are kept, and what was asked as of before stays as it was."
    >
      <form className={css.form} onSubmit={submit}>
        <Field label="Why it is deleted">
          <TextInput autoFocus maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
        <div className={css.formDeeds}>
          <Button type="submit" look="danger" disabled={scoring.busy}>
            Delete
          </Button>
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
