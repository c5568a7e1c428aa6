import css from "./segments.module.css";

/** How the numbers of a table of segments are to be read. */
export function TableHint() {
  return (
    <p className={css.hint}>
      Below a number stand its 95 % interval, for independent calls, and n where it is not the number of requests:
      errors are of those that were not cancelled; cost, tokens and times of those that tell them.
    </p>
  );
}
