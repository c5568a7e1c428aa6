/** The words that are searched for, found again in what is shown. */

/** A part of a search, as the server reads it: a word as a whole word, a quotation or a starred word anywhere. */
export interface Term {
  text: string;
  whole: boolean;
}

const PART = /"([^"]*)"?|([^\s"]+)/g;

export function termsOf(search: string): Term[] {
  return [...search.matchAll(PART)].flatMap(([, quoted, word = ""]) => {
    if (quoted !== undefined) return quoted.trim() === "" ? [] : [{ text: quoted, whole: false }];
    const bare = word.replace(/^\*+|\*+$/g, "");
    return bare === "" ? [] : [{ text: bare, whole: bare === word }];
  });
}

export interface Piece {
  text: string;
  marked: boolean;
  /** Where it begins in the whole. */
  at: number;
}

/** A text in pieces, those that a term found marked. */
export function pieces(text: string, terms: readonly Term[]): Piece[] {
  const pattern = patternOf(terms);
  if (pattern === null) return [{ text, marked: false, at: 0 }];
  const found: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) found.push({ text: text.slice(at, match.index), marked: false, at });
    found.push({ text: match[0], marked: true, at: match.index });
    at = match.index + match[0].length;
  }
  if (at < text.length || found.length === 0) found.push({ text: text.slice(at), marked: false, at });
  return found;
}

const WORD = /^[\p{L}\p{N}]$/u;
// Scripts without cases mostly do not part words by blanks: there a word is looked for anywhere.
const UNPARTED = /\p{Lo}/u;

function patternOf(terms: readonly Term[]): RegExp | null {
  if (terms.length === 0) return null;
  const longest = [...terms].sort((one, other) => other.text.length - one.text.length);
  return new RegExp(longest.map(source).join("|"), "giu");
}

function source({ text, whole }: Term): string {
  const literal = text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  if (!whole || UNPARTED.test(text)) return literal;
  const characters = [...text];
  const before = WORD.test(characters[0] as string) ? "(?<![\\p{L}\\p{N}])" : "";
  const after = WORD.test(characters.at(-1) as string) ? "(?![\\p{L}\\p{N}])" : "";
  return before + literal + after;
}
