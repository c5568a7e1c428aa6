import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { getScoreSeriesOptions } from "@/api/@tanstack/react-query.gen";
import { TimeChart } from "@/charts/TimeChart";
import {
  Answered,
  Badge,
  Button,
  ButtonLink,
  Difference,
  Empty,
  Field,
  Moment,
  Note,
  Page,
  Panel,
  Problem,
  Segments,
  Select,
  Stat,
  Switch,
  Table,
  TextField,
  Trust,
} from "@/design";
import { score } from "@/format/numbers";

export function RequestsPage() {
  const series = useQuery(getScoreSeriesOptions({ body: { name: "helpfulness", bucket: "day" } }));
  const [seg, setSeg] = useState<"a" | "b">("a");
  const [on, setOn] = useState(true);
  const [sel, setSel] = useState<string>("x");
  return (
    <Page
      title="Requests"
      lead="A page to look at the parts."
      actions={
        <>
          <Button>Plain</Button>
          <Button look="primary">Primary</Button>
          <Button look="danger">Danger</Button>
          <ButtonLink to="/requests" look="quiet">
            Link
          </ButtonLink>
        </>
      }
    >
      <Panel title="helpfulness" note="mean per day">
        <Answered query={series}>
          {({ data }) => (
            <TimeChart
              label="helpfulness per day"
              starts={data.points.map((p) => p.start)}
              end={new Date()}
              bucket="day"
              write={score}
              filling={data.points.map((p) => p.filling ?? false)}
              lines={[
                {
                  label: "helpfulness",
                  ink: "series-1",
                  values: data.points.map((p) => p.mean),
                  low: data.points.map((p) => p.low),
                  high: data.points.map((p) => p.high),
                  counts: data.points.map((p) => p.n),
                },
              ]}
              onBrush={() => {}}
            />
          )}
        </Answered>
      </Panel>
      <Panel title="Parts">
        <div style={{ display: "flex", gap: 16, flexWrap: "wrap", alignItems: "center" }}>
          <Segments
            label="seg"
            value={seg}
            onChange={setSeg}
            options={[
              { value: "a", label: "Alpha" },
              { value: "b", label: "Beta" },
            ]}
          />
          <Switch checked={on} onChange={setOn} label="Live" />
          <Select
            label="sel"
            value={sel}
            onChange={setSel}
            options={[
              { value: "x", label: "Model" },
              { value: "y", label: "Provider", note: "3" },
            ]}
            lead="by"
          />
          <Badge tone="good">200</Badge>
          <Badge tone="bad">500</Badge>
          <Badge tone="warn">late</Badge>
          <Badge tone="accent">new</Badge>
          <Badge>plain</Badge>
          <Stat label="Requests" value="12,345" note="+3 % on before" />
          <Trust of={{ mean: 0.812, low: 0.79, high: 0.83, n: 412, method: "clustered t" }} />
          <Difference value={-0.08} low={-0.12} high={-0.04} />
          <Moment at={new Date().toISOString()} />
        </div>
        <TextField label="Name" help="What it is called." placeholder="helpfulness" />
        <Field label="Other" error="That is not a name.">
          <Button>Hm</Button>
        </Field>
      </Panel>
      <Problem error={new Error("The telemetry store is not answering.")} onRetry={() => {}} />
      <Note>Not causal unless randomised.</Note>
      <Panel title="Table" flush>
        <Table
          label="t"
          keyOf={(r) => r.a}
          rows={[
            { a: "gpt-4o", n: 12 },
            { a: "claude", n: 3 },
          ]}
          columns={[
            { key: "a", title: "Model", cell: (r) => r.a, sortable: true },
            { key: "n", title: "n", align: "end", cell: (r) => r.n },
          ]}
          onOrder={() => {}}
          order={{ key: "a", ascending: true }}
        />
      </Panel>
      <Empty title="Nothing yet">Send a call.</Empty>
    </Page>
  );
}
