import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { tellDriftOptions } from "@/api/@tanstack/react-query.gen";
import { treeOf } from "@/data/filter";
import { Answered, Button, Empty, Field, Panel, Select, Switch, TextInput } from "@/design";
import { ConditionBar } from "@/filter/FilterBar";
import { LOCAL_ZONE } from "@/format/times";
import { fieldOf } from "../compare/SegmentEditor";
import { DriftPanel } from "../figures/DriftPanel";
import { useDimensions } from "../parts/DimensionPicker";
import { PinButton } from "../parts/PinButton";
import { halves } from "../spans";
import type { TabProps } from "./CorrectedTab";
import css from "./tabs.module.css";

/** Did the judge move, or the system? Told by anchors: fixed inputs with frozen answers, judged again and again. */
export function DriftTab({ asked, search, put }: TabProps) {
  const { anchors } = search;
  return (
    <div className={css.tab}>
      <Panel title="Anchors" note="inputs with frozen answers, logged under a property and judged again on a schedule">
        <AnchorsForm asked={asked} search={search} put={put} />
      </Panel>
      {anchors ? (
        <Verdict asked={asked} search={search} />
      ) : (
        <Empty title="Say which calls are anchors">
          <p>
            Log a hundred fixed inputs with their answers once, under a property such as <code>anchor</code>, and let
            the judge score them again each day. If they stand still while scores fall, the system changed; if they
            fall, the judge did.
          </p>
        </Empty>
      )}
    </div>
  );
}

/** The moment that parts before from after: the middle of the time until one is set. */
function partedAt({ asked, search }: Pick<TabProps, "asked" | "search">): string {
  return search.at ?? halves(asked)[0].end;
}

function AnchorsForm({ asked, search, put }: TabProps) {
  const { anchors, match = "input", once = false } = search;
  const at = partedAt({ asked, search });
  const properties = useDimensions(match === "input" ? [] : [match], false).filter((name) =>
    name.startsWith("property:"),
  );
  return (
    <div className={css.form}>
      <ConditionBar label="Anchors" filter={anchors} onChange={(filter) => put({ anchors: filter })} />
      <div className={css.bar}>
        <MomentField key={at} at={at} onAt={(chosen) => put({ at: chosen })} />
        <Field label="Two anchors are the same where">
          <Select
            label="Two anchors are the same where"
            value={match}
            options={[
              { value: "input", label: "what was asked is the same" },
              ...properties.map((name) => ({ value: name, label: `${name.slice("property:".length)} is the same` })),
            ]}
            onChange={(chosen) => put({ match: chosen === "input" ? undefined : chosen })}
          />
        </Field>
        <Switch
          checked={!once}
          onChange={(looks) => put({ once: looks ? undefined : true })}
          label="I look again and again"
        />
      </div>
    </div>
  );
}

function MomentField({ at, onAt }: { at: string; onAt: (at: string) => void }) {
  const [typed, setTyped] = useState(fieldOf(at));
  const valid = !Number.isNaN(Date.parse(typed));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (valid) onAt(new Date(typed).toISOString());
  };
  return (
    <form className={css.bar} onSubmit={submit}>
      <Field label={`Before and after (${LOCAL_ZONE})`}>
        <TextInput type="datetime-local" value={typed} onChange={(event) => setTyped(event.target.value)} />
      </Field>
      <Button type="submit" disabled={!valid || typed === fieldOf(at)}>
        Part it here
      </Button>
    </form>
  );
}

function Verdict({ asked, search }: Pick<TabProps, "asked" | "search">) {
  const { anchors, match, once = false } = search;
  const drifting = useQuery({
    ...tellDriftOptions({
      body: { ...asked, at: partedAt({ asked, search }), anchors: treeOf(anchors), match, looks: !once },
    }),
    placeholderData: keepPreviousData,
  });
  return (
    <Answered query={drifting} height="20rem">
      {({ data, pin }) => <DriftPanel drifting={data} looks={!once} actions={<PinButton pin={pin} />} />}
    </Answered>
  );
}
