import { Link2 } from "lucide-react";
import type { Pin } from "@/api";
import { copy, IconButton, tell } from "@/design";
import { addressOf } from "../pins";

/** Copies a link that replays an answer to the byte, also after more scores have come. */
export function PinButton({ pin }: { pin: Pin }) {
  const press = async () => {
    await copy(addressOf(pin));
    tell.done("Copied: a link that replays this number");
  };
  return (
    <IconButton label="Copy a link that replays this number" onClick={press}>
      <Link2 />
    </IconButton>
  );
}
