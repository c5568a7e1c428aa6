import { type Column, Table } from "@/design";
import { count, UNKNOWN } from "@/format/numbers";
import { brief } from "@/format/times";
import css from "./charts.module.css";
import { bucketOf, type Picked } from "./pick";
import { type Line, type Plot, stateOf } from "./plot";

interface Row {
  start: number;
  index: number;
}

/** The numbers of a chart as a table: each as it is written, and whole in the element's value for whoever copies it. */
export function Values(props: { label: string; plot: Plot; onPick?: (picked: Picked) => void }) {
  const { label, plot, onPick } = props;
  const { starts, lines, write } = plot;
  const several = lines.length > 1;
  const rows = starts.map((start, index) => ({ start, index }));
  const columns: Column<Row>[] = [
    { key: "start", title: "From", cell: (row) => <From row={row} plot={plot} onPick={onPick} /> },
    ...lines.flatMap((line) => columnsOf(line, write, several)),
  ];
  if (rows.some(({ index }) => stateOf(plot, index) !== "")) {
    columns.push({ key: "state", title: "Complete", cell: ({ index }) => stateOf(plot, index) });
  }
  return (
    <div className={css.values}>
      <Table label={label} keyOf={(row) => String(row.start)} rows={rows} columns={columns} />
    </div>
  );
}

function From({ row, plot, onPick }: { row: Row; plot: Plot; onPick?: (picked: Picked) => void }) {
  const start = brief(new Date(row.start * 1000), plot.zone);
  if (!onPick) return start;
  return (
    <button
      type="button"
      className={css.pick}
      onClick={() => onPick({ ...bucketOf(plot, row.index), line: null })}
      title="See these requests"
    >
      {start}
    </button>
  );
}

function columnsOf(line: Line, write: (value: number) => string, several: boolean): Column<Row>[] {
  const titled = (title: string) => (several ? `${line.label}, ${title}` : title);
  const column = (
    key: string,
    title: string,
    values: readonly (number | null)[] | undefined,
    as = write,
  ): Column<Row>[] =>
    values
      ? [
          {
            key: `${line.label} ${key}`,
            title,
            align: "end",
            cell: (row) => <Datum value={values[row.index]} write={as} />,
          },
        ]
      : [];
  return [
    ...column("value", line.label, line.values),
    ...column("low", titled("from"), line.low),
    ...column("high", titled("to"), line.high),
    ...column("n", titled("n"), line.counts, count),
  ];
}

/** A number as it is written, its exact value kept in the element; a gap is said to be one. */
export function Datum({ value, write }: { value: number | null | undefined; write: (value: number) => string }) {
  return value == null ? UNKNOWN : <data value={String(value)}>{write(value)}</data>;
}
