import { useQuery } from "@tanstack/react-query";
import { ClipboardList, Copy, Dices } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { LabelItem, LabelPlan, LabelStratum, LabelsQuery } from "@/api";
import { planLabelsOptions } from "@/api/@tanstack/react-query.gen";
import { Datum } from "@/charts/Values";
import { Answered, Button, type Column, copy, Empty, Field, Note, Panel, Stat, Table, TextInput, tell } from "@/design";
import { count, percent, score, signed } from "@/format/numbers";
import figures from "../figures/figures.module.css";
import { DimensionPicker, useDimensions } from "../parts/DimensionPicker";
import parts from "../parts/parts.module.css";
import { TargetLink } from "../parts/RequestLink";
import { dimensionName, valueName } from "../words";
import type { TabProps } from "./CorrectedTab";
import { useOpenQueue } from "./queue";
import css from "./tabs.module.css";

const BUDGET = 50;
const MOST = 2000;

/** What people should label next: a draw that says most about the judge's errors, each thing with its probability. */
export function LabelsTab({ asked, search, put }: TabProps) {
  const { judge, human, budget = BUDGET, by, seed = 0 } = search;
  const question: LabelsQuery = { ...asked, judge, human, budget, by, seed };
  const plan = useQuery(planLabelsOptions({ body: question }));
  const openQueue = useOpenQueue();
  return (
    <div className={css.tab}>
      <PlanForm
        key={budget}
        budget={budget}
        by={by}
        onBudget={(chosen) => put({ budget: chosen })}
        onBy={(chosen) => put({ by: chosen })}
      >
        <Button onClick={() => put({ seed: seed + 1 })}>
          <Dices aria-hidden />
          Draw others
        </Button>
      </PlanForm>
      <Answered query={plan} height="20rem">
        {({ data }) => (
          <Plan
            plan={data}
            question={question}
            onQueue={openQueue && (() => openQueue({ question, filter: search.filter, judge }))}
          />
        )}
      </Answered>
    </div>
  );
}

function PlanForm(props: {
  budget: number;
  by: string | undefined;
  onBudget: (budget: number) => void;
  onBy: (by: string | undefined) => void;
  children: React.ReactNode;
}) {
  const { budget, by, onBudget, onBy, children } = props;
  const [typed, setTyped] = useState(String(budget));
  const dimensions = useDimensions(by ? [by] : [], false);
  const value = Number(typed);
  const valid = Number.isInteger(value) && value >= 1 && value <= MOST;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (valid) onBudget(value);
  };
  return (
    <form className={css.bar} onSubmit={submit}>
      <Field label="Labels to ask for" error={valid ? null : `1 to ${MOST}.`}>
        <TextInput
          className={css.number}
          inputMode="numeric"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={() => valid && value !== budget && onBudget(value)}
        />
      </Field>
      <Field label="Where the judge may err otherwise">
        <DimensionPicker label="Segments" lead="by" value={by} none="nothing" dimensions={dimensions} onChange={onBy} />
      </Field>
      <Button type="submit" look="primary" disabled={!valid}>
        Draw
      </Button>
      {children}
    </form>
  );
}

interface PlanProps {
  plan: LabelPlan;
  question: LabelsQuery;
  onQueue: (() => void) | null;
}

function Plan({ plan, question, onQueue }: PlanProps) {
  const { items, strata, waiting, labels, expected_half_width, warning, name } = plan;
  if (strata.length === 0) {
    return (
      <Empty title="Nothing to label">
        <p>{warning ?? "Everything of this time has a label."}</p>
      </Empty>
    );
  }
  return (
    <>
      <Panel title="The plan">
        <div className={figures.stack}>
          <div className={parts.stats}>
            <Stat label="Drawn" value={count(items.length)} note={`of ${count(waiting)} that wait for a label`} />
            <Stat
              label="The corrected mean would reach"
              value={expected_half_width === null ? "–" : signed(expected_half_width).replace("+", "± ")}
              note="expected half width of its interval with these labels"
            />
            <Stat label="Learned from" value={count(labels)} note="labels of the last 90 days" />
          </div>
          {warning && <Note>{warning}</Note>}
        </div>
      </Panel>
      <Panel title="Where the judge errs" note="the draw takes more where more error is expected" flush>
        <Strata strata={strata} name={name} by={question.by} />
      </Panel>
      <Panel
        title="To be labelled"
        note="send the probability along with each label: it is what makes the corrected mean right"
        actions={
          <>
            <CopyPlan items={items} name={name} />
            {onQueue && (
              <Button look="primary" onClick={onQueue}>
                <ClipboardList aria-hidden />
                Label in the queue
              </Button>
            )}
          </>
        }
        flush
      >
        <section className={css.long} aria-label="Things to label">
          <Items items={items} name={name} by={question.by} />
        </section>
      </Panel>
    </>
  );
}

/** The segment of a row, where the draw has segments. */
function segmentColumn<Row extends { segment: string }>(by: string | null | undefined): Column<Row>[] {
  if (!by) return [];
  return [{ key: "segment", title: dimensionName(by), cell: (row) => valueName(row.segment) }];
}

interface PlannedProps {
  name: string;
  by: string | null | undefined;
}

function Strata({ strata, name, by }: PlannedProps & { strata: readonly LabelStratum[] }) {
  return (
    <Table
      label="Strata"
      rows={strata}
      keyOf={(one) => `${one.segment} ${one.low}`}
      columns={[
        ...segmentColumn<LabelStratum>(by),
        { key: "range", title: `Judge’s ${name}`, cell: (one) => `${score(one.low)} to ${score(one.high)}` },
        { key: "waiting", title: "Waiting", align: "end", cell: (one) => <Datum value={one.waiting} write={count} /> },
        {
          key: "labels",
          title: "Labels so far",
          align: "end",
          cell: (one) => <Datum value={one.labels} write={count} />,
        },
        {
          key: "error",
          title: "Expected error",
          align: "end",
          cell: (one) => <Datum value={one.expected_error} write={score} />,
        },
        {
          key: "chance",
          title: "Drawn with",
          align: "end",
          cell: (one) => <Datum value={one.inclusion} write={percent} />,
        },
      ]}
    />
  );
}

function Items({ items, name, by }: PlannedProps & { items: readonly LabelItem[] }) {
  return (
    <Table
      label="Things to label"
      rows={items}
      keyOf={(item) => `${item.target} ${item.target_id}`}
      columns={[
        { key: "target", title: "What", cell: (item) => <TargetLink target={item.target} id={item.target_id} /> },
        ...segmentColumn<LabelItem>(by),
        {
          key: "judged",
          title: `Judge’s ${name}`,
          align: "end",
          cell: (item) => <Datum value={item.judged} write={score} />,
        },
        {
          key: "inclusion",
          title: "Probability",
          align: "end",
          cell: (item) => <Datum value={item.inclusion} write={score} />,
        },
      ]}
    />
  );
}

/** The draw as lines for a sheet or a script, each probability with all its digits. */
function CopyPlan({ items, name }: { items: readonly LabelItem[]; name: string }) {
  const press = async () => {
    await copy(linesOf(items, name));
    tell.done("Copied: one line for each thing to label");
  };
  return (
    <Button onClick={press}>
      <Copy aria-hidden />
      Copy as JSON lines
    </Button>
  );
}

/** Scores as `POST /v1/scores` takes them, but for the value that people are to give. */
export function linesOf(items: readonly LabelItem[], name: string): string {
  return items
    .map(({ target, target_id, inclusion }) =>
      JSON.stringify({ [`${target}_id`]: target_id, name, source: "human", inclusion }),
    )
    .join("\n");
}
