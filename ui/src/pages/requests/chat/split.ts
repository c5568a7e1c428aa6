/** A text cut into what is prose and what is code: fences are recognised, and nothing else of Markdown. */

export interface Block {
  kind: "text" | "code";
  text: string;
  /** What the fence says it is, such as "python". */
  language: string;
  /** Where it begins in the whole. */
  at: number;
}

const OPENING = /^ {0,3}(`{3,}|~{3,})\s*([^\s`]*)[^`\n]*$/;

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let fence: { mark: string; language: string } | null = null;
  let at = 0;
  let begun = 0;
  const close = (kind: Block["kind"], language: string) => {
    const said = lines.join("\n");
    if (kind === "code" || said.trim() !== "") blocks.push({ kind, text: said, language, at: begun });
    lines = [];
  };
  for (const line of text.split("\n")) {
    const opening = OPENING.exec(line);
    if (fence === null && opening) {
      close("text", "");
      fence = { mark: opening[1] as string, language: opening[2] ?? "" };
      begun = at;
    } else if (fence !== null && closes(line, fence.mark)) {
      close("code", fence.language);
      fence = null;
      begun = at + line.length + 1;
    } else {
      lines.push(line);
    }
    at += line.length + 1;
  }
  close(fence === null ? "text" : "code", fence?.language ?? "");
  return blocks.map((block) =>
    block.kind === "text" ? { ...block, text: block.text.replace(/^\n+|\n+$/g, "") } : block,
  );
}

function closes(line: string, mark: string): boolean {
  const said = line.trim();
  return said.length >= mark.length && said === (mark[0] as string).repeat(said.length);
}

/** The value that a text states where all of it is a JSON object or array; else undefined. */
export function jsonOf(text: string): unknown {
  const said = text.trim();
  if (!/^[[{]/.test(said)) return undefined;
  try {
    return JSON.parse(said);
  } catch {
    return undefined;
  }
}
