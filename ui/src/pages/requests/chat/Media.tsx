import { Download, ExternalLink, FileText, ImageIcon, Volume2 } from "lucide-react";
import type { AudioPart, FilePart, ImagePart } from "@/api";
import { bytes } from "@/format/numbers";
import { oneLine } from "@/format/texts";
import css from "./chat.module.css";

type Media = ImagePart | AudioPart | FilePart;

/** Pictures that a browser draws without running or fetching anything. */
const PICTURE = /^data:image\/(png|jpe?g|gif|webp|avif|bmp);base64,[a-z0-9+/=\s]*$/i;
const SOUND = /^data:audio\/[a-z0-9.+-]+;base64,[a-z0-9+/=\s]*$/i;

/** A picture that came with the message. One that lies elsewhere is named, and opened only by whoever wants to. */
export function Picture({ part }: { part: ImagePart }) {
  if (part.url && PICTURE.test(part.url)) {
    return <img className={css.picture} src={part.url} alt={part.name ?? "Picture in the message"} loading="lazy" />;
  }
  return <Elsewhere part={part} what="Picture" icon={<ImageIcon aria-hidden />} />;
}

export function Sound({ part }: { part: AudioPart }) {
  return (
    <>
      {part.url && SOUND.test(part.url) ? (
        // biome-ignore lint/a11y/useMediaCaption: its words stand below where they are known
        <audio className={css.sound} controls src={part.url} />
      ) : (
        <Elsewhere part={part} what="Audio" icon={<Volume2 aria-hidden />} />
      )}
      {part.transcript && <p className={css.text}>{oneLine(part.transcript)}</p>}
    </>
  );
}

export function Attachment({ part }: { part: FilePart }) {
  return <Elsewhere part={part} what="File" icon={<FileText aria-hidden />} />;
}

function Elsewhere({ part, what, icon }: { part: Media; what: string; icon: React.ReactNode }) {
  const said = [part.name, part.media_type, part.id && `id ${part.id}`].filter(Boolean).join(" · ");
  const address = part.url && !part.url.startsWith("data:") ? part.url : null;
  return (
    <div className={css.elsewhere}>
      {icon}
      <span className={css.elsewhereText}>
        {what} {said && <bdi>{oneLine(said)}</bdi>}
        {address && <bdi className={css.address}>{oneLine(address)}</bdi>}
        {part.omitted_bytes > 0 && <span className={css.address}>{bytes(part.omitted_bytes)}, not shown here</span>}
      </span>
      {address && isWeb(address) && (
        <a className={css.deed} href={address} target="_blank" rel="noopener noreferrer">
          <ExternalLink aria-hidden />
          Open
        </a>
      )}
      {part.url?.startsWith("data:") && (
        // A download never becomes a page, whatever it holds.
        <a className={css.deed} href={part.url} download={fileName(part)}>
          <Download aria-hidden />
          Save
        </a>
      )}
    </div>
  );
}

/** Whether an address leads to the web, and not to a script. */
export function isWeb(address: string): boolean {
  return URL.canParse(address) && ["http:", "https:"].includes(new URL(address).protocol);
}

function fileName({ name, type }: Media): string {
  return (name ?? type).replace(/[^\p{L}\p{N}._ -]/gu, "_");
}
