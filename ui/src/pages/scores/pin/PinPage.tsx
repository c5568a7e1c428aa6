import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Replay } from "@/api";
import { comparePinOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, Badge, CopyButton, Empty, Moment, Note, Page, Panel, Segments, Table, Trust } from "@/design";
import parts from "../parts/parts.module.css";
import { timeOf } from "../pins";
import { PinnedFigure } from "./PinnedFigure";
import { keyNumbers, PIN_WORDS, type Pinned, pinnedOf, type Side, sideBySide } from "./pinned";
import { QuestionPanel } from "./QuestionPanel";

const route = getRouteApi("/shell/pins/$token");

/** A pinned answer as it was, whether it still replays, and what has changed since. */
export function PinPage() {
  const { token } = route.useParams();
  const replay = useQuery(comparePinOptions({ path: { token } }));
  return (
    <Answered query={replay} height="30rem">
      {({ data }) => <Opened replay={data} />}
    </Answered>
  );
}

type When = "then" | "now";

function Opened({ replay }: { replay: Replay }) {
  const [when, setWhen] = useState<When>("then");
  const then = pinnedOf(replay, "then");
  const now = pinnedOf(replay, "now");
  if (!then || !now) {
    return (
      <Page title="A pinned answer">
        <Empty title="This kind of answer cannot be drawn here">
          <p>It still replays through the API.</p>
        </Empty>
      </Page>
    );
  }
  const shown = when === "then" ? then : now;
  return (
    <Page
      title={nameOf(then)}
      lead={
        <>
          Pinned: {PIN_WORDS[then.kind]}, as of <Moment at={timeOf(replay.as_of)} />
        </>
      }
      actions={<CopyButton text={location.href} label="Copy this link" />}
    >
      <Status replay={replay} />
      {replay.changed && (
        <>
          <ThenAndNow then={then} now={now} />
          <div className={parts.bar}>
            <Segments<When>
              label="Which answer is drawn"
              value={when}
              options={[
                { value: "then", label: "As it was" },
                { value: "now", label: "As it is now" },
              ]}
              onChange={setWhen}
            />
          </div>
        </>
      )}
      <PinnedFigure key={when} pinned={shown} />
      <QuestionPanel question={replay.question} />
    </Page>
  );
}

function nameOf({ question }: Pinned): string {
  return question.name || "Agreement";
}

function Status({ replay: { identical, changed } }: { replay: Replay }) {
  return (
    <>
      <div className={parts.bar}>
        <Badge tone={identical ? "good" : "bad"}>
          {identical ? "replays identically" : "does not replay as it was"}
        </Badge>
        <Badge tone={changed ? "warn" : "plain"}>{changed ? "changed since" : "nothing has changed since"}</Badge>
      </div>
      {!identical && (
        <Note>
          Rows behind this answer were erased since it was pinned, so it cannot be made again to the byte. What is shown
          is what is left of that time.
        </Note>
      )}
    </>
  );
}

function ThenAndNow({ then, now }: { then: Pinned; now: Pinned }) {
  const sides = sideBySide(keyNumbers(then), keyNumbers(now));
  return (
    <Panel title="Then and now" note="scores that came, were changed or were deleted since" flush>
      <Table<Side>
        label="Then and now"
        rows={sides}
        keyOf={({ label }) => label}
        columns={[
          { key: "label", title: "Number", cell: ({ label }) => label },
          { key: "then", title: "Then", cell: ({ past }) => <Told of={past} /> },
          { key: "now", title: "Now", cell: ({ now: of }) => <Told of={of} /> },
        ]}
      />
    </Panel>
  );
}

function Told({ of }: { of: Side["past"] }) {
  return of ? <Trust of={of} /> : <span>not there</span>;
}
