import type { Samples, Status } from "@/api";
import { Spark } from "@/charts/Spark";
import { Datum } from "@/charts/Values";
import { Panel, Stat } from "@/design";
import { bytes, count, duration } from "@/format/numbers";
import css from "./operations.module.css";

/** A few gauges: as they are now, and their last quarter of an hour as a line. */
export function Gauges({ samples, now }: { samples: Samples; now: Status }) {
  const { ingest } = now;
  const gauges = [
    { label: "Journal depth", value: ingest.journal_rows, write: rows, line: samples.journal_rows },
    { label: "Flush lag", value: ingest.oldest_unflushed_seconds, write: lag, line: samples.flush_lag_seconds },
    { label: "Calls under way", value: now.calls_in_flight, write: count, line: samples.calls_in_flight },
    { label: "Memory", value: now.memory_bytes, write: bytes, line: samples.memory_bytes },
  ];
  const minutes = duration(samples.at.length * samples.every_seconds * 1000);
  return (
    <div className={css.gauges}>
      {gauges.map(({ label, value, write, line }) => (
        <Panel key={label}>
          <div className={css.gauge}>
            <Stat
              label={label}
              value={<Datum value={value} write={write} />}
              note={line.length > 0 ? `at most ${write(Math.max(...line))} in ${minutes}` : "not sampled yet"}
            />
            <Spark values={line} label={`${label}, the last ${minutes}`} width={132} height={44} />
          </div>
        </Panel>
      ))}
    </div>
  );
}

function rows(value: number): string {
  return `${count(value)} ${value === 1 ? "row" : "rows"}`;
}

function lag(seconds: number): string {
  return duration(seconds * 1000);
}
