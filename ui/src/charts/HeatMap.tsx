import type { ReactNode } from "react";
import css from "./figures.module.css";

export interface Tile {
  text: ReactNode;
  /** 0 (nothing) to 1 (as much as can be): how strong the tile's colour is; null leaves it empty. */
  strength: number | null;
  title?: string;
}

/** A table whose cells are coloured by their size. */
export function HeatMap(props: {
  label: string;
  corner?: ReactNode;
  columns: readonly string[];
  rows: readonly { name: string; tiles: readonly Tile[] }[];
}) {
  const { label, corner, columns, rows } = props;
  return (
    <div className={css.scroller}>
      <table aria-label={label} className={css.heat}>
        <thead>
          <tr>
            <td>{corner}</td>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              {row.tiles.map((tile, index) => (
                <td
                  key={columns[index]}
                  title={tile.title}
                  style={tile.strength === null ? undefined : { background: shade(tile.strength) }}
                >
                  {tile.text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function shade(strength: number): string {
  const part = Math.round(Math.min(1, Math.max(0, strength)) * 46);
  return `color-mix(in oklab, var(--accent) ${part}%, transparent)`;
}
