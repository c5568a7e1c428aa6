import { memo } from "react";
import { shown } from "@/format/texts";
import { pieces, type Term } from "./marking";

/** A text with the words that are searched for marked. */
export const Marked = memo(({ text, terms }: { text: string; terms: readonly Term[] }) =>
  terms.length === 0
    ? shown(text)
    : pieces(text, terms).map((piece) =>
        piece.marked ? <mark key={piece.at}>{shown(piece.text)}</mark> : shown(piece.text),
      ),
);
