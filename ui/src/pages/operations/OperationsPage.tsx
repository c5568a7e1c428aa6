import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { CircleCheck, TriangleAlert } from "lucide-react";
import type { Status } from "@/api";
import { getOperationsOptions } from "@/api/@tanstack/react-query.gen";
import { Datum } from "@/charts/Values";
import { useMay } from "@/data/me";
import { useZone } from "@/data/zone";
import { Answered, Badge, Empty, Facts, Page, Panel, Problem, Table } from "@/design";
import { bytes, count, duration } from "@/format/numbers";
import { clock } from "@/format/times";
import { Gauges } from "./Gauges";
import css from "./operations.module.css";
import { SettingsPanel } from "./SettingsPanel";
import { type Finding, findingsOf } from "./state";

const EVERY_MS = 3000;

/** How the installation is, drawn anew every few seconds. */
export function OperationsPage() {
  const may = useMay("admin");
  const status = useQuery({
    ...getOperationsOptions(),
    enabled: may,
    refetchInterval: EVERY_MS,
    placeholderData: keepPreviousData,
  });
  if (!may) {
    return (
      <Page title="Operations">
        <Empty title="Only an admin sees this">It is about the whole installation, not about one organisation.</Empty>
      </Page>
    );
  }
  return (
    <Page
      title="Operations"
      lead="The whole installation, whichever organisation you are in."
      actions={status.data && <Fresh at={status.data.data.now} stale={status.isError} />}
    >
      {status.isError && status.data && <Problem error={status.error} onRetry={() => void status.refetch()} />}
      <Answered query={status} height="60vh">
        {({ data }) => <Installation status={data} />}
      </Answered>
    </Page>
  );
}

function Fresh({ at, stale }: { at: string; stale: boolean }) {
  const zone = useZone();
  return (
    <span className={css.fresh}>
      <Badge tone={stale ? "warn" : "good"}>{stale ? "not answering" : "live"}</Badge>
      as of <time dateTime={at}>{clock(at, zone)}</time>
    </span>
  );
}

function Installation({ status }: { status: Status }) {
  const findings = findingsOf(status);
  return (
    <>
      <Verdict findings={findings} status={status} />
      <Gauges samples={status.samples} now={status} />
      <div className={css.two}>
        <Panel title="Versions">
          <Facts rows={versions(status)} />
        </Panel>
        <Sizes status={status} />
        <Panel title="Since the start">
          <Facts rows={counted(status)} />
        </Panel>
        <Processes status={status} />
      </div>
      <SettingsPanel settings={status.settings} />
    </>
  );
}

/** All that is looked at: the sentence first, then each thing in words. */
function Verdict({ findings, status }: { findings: readonly Finding[]; status: Status }) {
  const wrong = findings.filter(({ good }) => !good);
  const title =
    wrong.length === 0 ? "All is well" : wrong.length === 1 ? "Look at one thing" : `Look at ${wrong.length} things`;
  return (
    <Panel
      title={
        <span className={css.verdict} data-good={wrong.length === 0}>
          {wrong.length === 0 ? <CircleCheck aria-hidden /> : <TriangleAlert aria-hidden />}
          {title}
        </span>
      }
      note={`up for ${duration(status.uptime_seconds * 1000)}${status.stopping ? ", stopping" : ""}`}
    >
      <ul className={css.findings} aria-label="What was looked at">
        {findings.map(({ what, good, says, advice }) => (
          <li key={what} data-good={good}>
            <Badge tone={good ? "good" : "warn"}>{good ? "good" : "look here"}</Badge>
            <div>
              <h3>{what}</h3>
              <p>{says}</p>
              {advice && <p className={css.advice}>{advice}</p>}
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

type Rows = readonly (readonly [string, React.ReactNode])[];

function versions({ version, python_version: python, telemetry, control, journal }: Status): Rows {
  const schema = (number: string | number | null) => (number === null ? "does not answer" : `schema ${number}`);
  return [
    ["Helicorder", version],
    ["Python", python],
    [telemetry.embedded ? "Engine, embedded" : `Store at ${telemetry.host}`, telemetry.version ?? "does not answer"],
    ["Telemetry", schema(telemetry.schema_version)],
    [`Control (${control.kind})`, schema(control.schema_version)],
    ["Journal", schema(journal.schema_version)],
  ];
}

function counted({ ingest, telemetry, calls_in_flight: flying }: Status): Rows {
  const datum = (value: number) => <Datum value={value} write={count} />;
  return [
    ["Rows acknowledged", datum(ingest.committed)],
    ["Calls of the gateway", datum(ingest.offered)],
    ["Calls not recorded", datum(ingest.dropped)],
    ["Calls recorded without bodies", datum(ingest.bodies_dropped)],
    ["Rows in the store", datum(ingest.flushed)],
    ["Loads that failed, tried again", datum(ingest.flush_failures)],
    ["Rows set aside, ever", datum(ingest.refused)],
    ["Engine restarts", datum(telemetry.restarts)],
    ["Calls under way", datum(flying)],
  ];
}

function Sizes({ status: { disk, telemetry, control, journal } }: { status: Status }) {
  const datum = (value: number | null) => <Datum value={value} write={bytes} />;
  const full = disk.total_bytes > 0 ? disk.used_bytes / disk.total_bytes : 0;
  return (
    <Panel title="Disk" note={`writes are refused below ${bytes(disk.min_free_bytes)} free`}>
      <div className={css.stack}>
        <div
          className={css.bar}
          role="progressbar"
          aria-label="Disk in use"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(full * 100)}
        >
          <span style={{ inlineSize: `${full * 100}%` }} />
        </div>
        <Facts
          rows={[
            ["Free", datum(disk.free_bytes)],
            ["In use, by anything", datum(disk.used_bytes)],
            ["Calls and scores", telemetry.bytes === null ? `on ${telemetry.host}` : datum(telemetry.bytes)],
            ["Journal", datum(journal.bytes)],
            ["Control", control.bytes === null ? `on ${control.host}` : datum(control.bytes)],
          ]}
        />
      </div>
    </Panel>
  );
}

function Processes({ status: { processes, memory_bytes: memory } }: { status: Status }) {
  return (
    <Panel title="Processes" note={`${bytes(memory)} of memory in all`} flush>
      <Table
        label="Processes"
        rows={processes}
        keyOf={({ pid }) => String(pid)}
        columns={[
          { key: "name", title: "Process", cell: ({ name }) => name },
          { key: "pid", title: "Id", align: "end", cell: ({ pid }) => pid },
          {
            key: "memory",
            title: "Memory",
            align: "end",
            cell: (one) => <Datum value={one.memory_bytes} write={bytes} />,
          },
          { key: "cpu", title: "CPU so far", align: "end", cell: ({ cpu_seconds: cpu }) => duration(cpu * 1000) },
          { key: "threads", title: "Threads", align: "end", cell: ({ threads }) => threads },
        ]}
      />
    </Panel>
  );
}
