import { count, percent } from "@/format/numbers";
import css from "./figures.module.css";

export interface Bin {
  /** What the bin holds, such as "0.8 to 0.9" or a category. */
  label: string;
  n: number;
  /** What is drawn beside for comparison: the same bin elsewhere. */
  other?: number;
}

/** How often what was said: a bar per bin, its n on it; of two groups, side by side as shares of each. */
export function Histogram({ label, bins, names }: { label: string; bins: readonly Bin[]; names?: [string, string] }) {
  const total = bins.reduce((sum, bin) => sum + bin.n, 0);
  const others = bins.reduce((sum, bin) => sum + (bin.other ?? 0), 0);
  const share = (n: number, of: number) => (of > 0 ? n / of : 0);
  const largest = Math.max(...bins.map((bin) => Math.max(share(bin.n, total), share(bin.other ?? 0, others))), 1e-9);
  return (
    <figure aria-label={label} className={css.histogram}>
      <ul>
        {bins.map((bin) => (
          <li key={bin.label} title={`${bin.label}: ${count(bin.n)} (${percent(share(bin.n, total))})`}>
            <div className={css.columns}>
              <span className={css.column} style={{ blockSize: `${(share(bin.n, total) / largest) * 100}%` }} />
              {bin.other !== undefined && (
                <span
                  className={css.column}
                  data-other
                  style={{ blockSize: `${(share(bin.other, others) / largest) * 100}%` }}
                />
              )}
            </div>
            <span className={css.binCount}>{count(bin.n)}</span>
            <span className={css.binLabel}>{bin.label}</span>
          </li>
        ))}
      </ul>
      <figcaption>
        n {count(total)}
        {names && ` ${names[0]} · n ${count(others)} ${names[1]}`}
      </figcaption>
    </figure>
  );
}
