import type { CallSeries } from "@/api";
import type { FilterState } from "@/data/filter";
import { count } from "@/format/numbers";
import { shown } from "@/format/texts";
import { narrowed } from "@/pages/scores/segments";
import { conditionOf, dimensionName, valueName } from "../dimensions";
import css from "./charts.module.css";
import { inkOf } from "./lines";

/** What the colours mean in every chart of a split; a value that is pressed becomes the filter of the page. */
export function SplitLegend(props: {
  series: CallSeries;
  filter: FilterState | undefined;
  onNarrow: (filter: FilterState) => void;
}) {
  const { series, filter, onNarrow } = props;
  const { by, current } = series;
  if (by === null) return null;
  const narrowTo = (value: string | null): FilterState | undefined => {
    const condition = value === null ? null : conditionOf(by, value);
    return condition ? narrowed(filter, [condition]) : undefined;
  };
  return (
    <ul className={css.split} aria-label={`Split by ${dimensionName(by)}`}>
      <li className={css.splitName} aria-hidden>
        by {shown(dimensionName(by))}
      </li>
      {current.lines.map((line, place) => {
        const narrow = narrowTo(line.value);
        const content = (
          <>
            <span className={css.swatch} style={{ background: `var(--${inkOf(line, place)})` }} />
            <bdi>{shown(valueName(line.value, by))}</bdi>
            <small>{count(line.total?.n)}</small>
          </>
        );
        return (
          <li key={line.value ?? "\n"}>
            {narrow ? (
              <button type="button" className={css.value} title="Show these alone" onClick={() => onNarrow(narrow)}>
                {content}
              </button>
            ) : (
              <span className={css.value}>{content}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
