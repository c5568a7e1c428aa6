import { Datum } from "@/charts/Values";
import { count } from "@/format/numbers";
import type { Reading } from "../charts/catalogue";
import css from "./segments.module.css";
import { shortInterval } from "./shortInterval";

interface FigureProps {
  reading: Reading;
  write: (value: number) => string;
  /** How many calls stand behind the whole row: n is said where it is another. */
  of: number;
}

/** A number over its interval, and n where it is not that of the row. What nobody knows is no 0. */
export function Figure({ reading: { value, low, high, n }, write, of }: FigureProps) {
  const shown = n === 0 ? null : value;
  return (
    <span className={css.figure}>
      <Datum value={shown} write={write} />
      {shown !== null && low != null && high != null && <small>{shortInterval(low, high, write)}</small>}
      {n !== of && <small>n {count(n)}</small>}
    </span>
  );
}
