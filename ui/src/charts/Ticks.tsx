import css from "./figures.module.css";
import type { LaneScale } from "./scale";

/** The values of a scale, under its lanes. */
export function Ticks({ scale, write }: { scale: LaneScale; write: (value: number) => string }) {
  return (
    <li aria-hidden className={css.ticks}>
      <span />
      <span className={css.tickLane}>
        {scale.ticks.map((tick) => (
          <span key={tick} style={{ insetInlineStart: `${scale.place(tick)}%` }}>
            {write(tick)}
          </span>
        ))}
      </span>
    </li>
  );
}
