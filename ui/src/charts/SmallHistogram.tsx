import { count } from "@/format/numbers";
import css from "./figures.module.css";

export interface Stretch {
  from: number;
  to: number;
  n: number;
}

/** How something is spread, as small as a word or two: a bar for each stretch, its ends and n on hover. */
export function SmallHistogram(props: {
  label: string;
  stretches: readonly Stretch[];
  write: (value: number) => string;
}) {
  const { label, stretches, write } = props;
  const most = Math.max(...stretches.map(({ n }) => n), 1);
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (!first || !last) return null;
  return (
    <figure aria-label={label} className={css.small}>
      <ul>
        {stretches.map(({ from, to, n }) => {
          const said = from === to ? `${write(from)}: ${count(n)}` : `${write(from)} to ${write(to)}: ${count(n)}`;
          return (
            <li key={from} title={said}>
              <span
                className={css.smallBar}
                style={{ blockSize: `${(n / most) * 100}%` }}
                data-none={n === 0 || undefined}
              />
              <span className="visually-hidden">{said}</span>
            </li>
          );
        })}
      </ul>
      <p aria-hidden>
        <span>{write(first.from)}</span>
        <span>{write(last.to)}</span>
      </p>
    </figure>
  );
}
