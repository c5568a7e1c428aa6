import { type Column, Table } from "@/design";
import { count, UNKNOWN } from "@/format/numbers";
import { brief } from "@/format/times";
import css from "./charts.module.css";
import type { Line, Plot } from "./plot";

interface Row {
  start: number;
  index: number;
}

/** The numbers of a chart as a table: each as it is written, and whole in the element's value for whoever copies it. */
export function Values({ label, plot }: { label: string; plot: Plot }) {
  const { starts, lines, zone, write, filling } = plot;
  const several = lines.length > 1;
  const rows = starts.map((start, index) => ({ start, index }));
  const columns: Column<Row>[] = [
    { key: "start", title: "From", cell: (row) => brief(new Date(row.start * 1000), zone) },
    ...lines.flatMap((line) => columnsOf(line, write, several)),
  ];
  if (filling?.some(Boolean)) {
    columns.push({ key: "filling", title: "Complete", cell: (row) => (filling[row.index] ? "still filling" : "") });
  }
  return (
    <div className={css.values}>
      <Table label={label} keyOf={(row) => String(row.start)} rows={rows} columns={columns} />
    </div>
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
