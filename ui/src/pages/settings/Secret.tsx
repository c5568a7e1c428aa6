import { Button, CopyButton, Dialog, Mono } from "@/design";
import css from "./settings.module.css";

interface SecretProps {
  title: string;
  /** What it is, and what it is for. */
  text: string;
  secret: string;
  copy: string;
  onClose: () => void;
}

/** Something that the server will not tell again: it stays until somebody says that they have it. */
export function Secret({ title, text, secret, copy, onClose }: SecretProps) {
  return (
    <Dialog
      open
      // A click beside it must not lose what cannot be had again.
      onOpenChange={() => undefined}
      title={title}
      text={`${text} It is shown this once and kept as a hash alone: put it where it is safe.`}
      actions={
        <Button look="primary" onClick={onClose}>
          I have it
        </Button>
      }
    >
      <p className={css.secret}>
        <Mono>{secret}</Mono>
        <CopyButton text={secret} label={copy} />
      </p>
    </Dialog>
  );
}
