/** How texts of strangers are shown: as they are, and nothing hidden in them. */

/** Characters that nobody sees, and those that turn around what stands beside them; line breaks and tabs stay. */
const HIDDEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
const LAYOUT = new Set(["\n", "\t", "\r"]);
const FIRST_PICTURE = 0x2400;

/** A text whose hidden characters are written out: NUL as "␀", an override of direction by its number. */
export function shown(text: string): string {
  return text.replace(HIDDEN, (character) => {
    if (LAYOUT.has(character)) return character === "\r" ? "" : character;
    const code = character.codePointAt(0) as number;
    if (code < 0x20) return String.fromCodePoint(FIRST_PICTURE + code);
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/** The same in one line. */
export function oneLine(text: string): string {
  return shown(text.replace(/\s+/g, " ").trim());
}
