import { useState } from "react";
import { Code } from "@/design";
import { count } from "@/format/numbers";
import { shown } from "@/format/texts";
import { Marked } from "../Marked";
import type { Term } from "../marking";
import { JsonTree } from "../raw/JsonTree";
import css from "./chat.module.css";
import { blocksOf, jsonOf } from "./split";

const LONG = 3000;

/** What somebody said: text as it is, code in boxes, JSON to unfold. What is long is folded. */
export function Text({ text, terms }: { text: string; terms: readonly Term[] }) {
  const [whole, setWhole] = useState(false);
  const json = jsonOf(text);
  if (json !== undefined) {
    return (
      <div className={css.json}>
        <JsonTree value={json} open={3} />
      </div>
    );
  }
  const cut = !whole && text.length > LONG * 1.2;
  return (
    <>
      {blocksOf(cut ? text.slice(0, LONG) : text).map((block) =>
        block.kind === "code" ? (
          <figure key={block.at} className={css.code}>
            {block.language && <figcaption>{shown(block.language)}</figcaption>}
            <Code>{shown(block.text)}</Code>
          </figure>
        ) : (
          <p key={block.at} className={css.text} dir="auto">
            <Marked text={block.text} terms={terms} />
          </p>
        ),
      )}
      {cut && (
        <button type="button" className={css.more} onClick={() => setWhole(true)}>
          Show all: {count(text.length - LONG)} more characters
        </button>
      )}
    </>
  );
}
