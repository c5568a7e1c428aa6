import { ChevronLeft, ChevronRight } from "lucide-react";
import { IconButton } from "@/design";
import { count } from "@/format/numbers";
import css from "./segments.module.css";

interface PagerProps {
  /** From 1. */
  page: number;
  size: number;
  of: number;
  /** What is counted, as many. */
  noun: string;
  onPage: (page: number | undefined) => void;
}

/** Which part of a long table this is, and the ways to the others. Where all of it is there, nothing. */
export function Pager({ page, size, of, noun, onPage }: PagerProps) {
  if (of <= size && page === 1) return null;
  const [first, last] = [(page - 1) * size + 1, Math.min(page * size, of)];
  // From beyond the end the way back leads to the last page there is; the first one is said by saying nothing.
  const before = Math.min(page - 1, Math.ceil(of / size));
  return (
    <nav className={css.pager} aria-label="Pages of the table">
      <span>
        {first > of ? `beyond the last of ${count(of)} ${noun}` : `${span(first, last)} of ${count(of)} ${noun}`}
      </span>
      <IconButton label="Previous page" disabled={page === 1} onClick={() => onPage(before > 1 ? before : undefined)}>
        <ChevronLeft />
      </IconButton>
      <IconButton label="Next page" disabled={last >= of} onClick={() => onPage(page + 1)}>
        <ChevronRight />
      </IconButton>
    </nav>
  );
}

function span(first: number, last: number): string {
  return first === last ? count(first) : `${count(first)} to ${count(last)}`;
}
