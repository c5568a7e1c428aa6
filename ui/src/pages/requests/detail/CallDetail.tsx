import { useQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import type { CallRecord } from "@/api";
import { getCallOptions } from "@/api/@tanstack/react-query.gen";
import { Refusal } from "@/data/client";
import { useMay } from "@/data/me";
import { Answered, Empty, Tabs } from "@/design";
import { Chat } from "../chat/Chat";
import { type KeyMap, usePageKeys } from "../keys";
import { termsOf } from "../marking";
import { Raw } from "../raw/Raw";
import { Scores } from "../scores/Scores";
import { useScoring } from "../scores/useScoring";
import type { Tab } from "../search";
import { CallFacts } from "./CallFacts";
import css from "./detail.module.css";
import { Timing } from "./Timing";

export interface DetailProps {
  requestId: string;
  at?: string;
  tab: Tab;
  onTab: (tab: Tab) => void;
  /** Words to mark in the conversation. */
  search?: string;
  /** What stands above: its name and what can be done with it. */
  head: (call: CallRecord | undefined) => ReactNode;
}

const NOT_FOUND = 404;

/** All that is known of one request; the same beside the table and on a page of its own. */
export function CallDetail({ requestId, at, tab, onTab, search = "", head }: DetailProps) {
  const call = useQuery(
    getCallOptions({ path: { request_id: requestId }, query: at === undefined ? undefined : { at } }),
  );
  const [adding, setAdding] = useState(false);
  const terms = useMemo(() => termsOf(search), [search]);
  useDetailKeys(requestId, onTab, () => setAdding(true));
  const scores = <Scores requestId={requestId} adding={adding} onAdding={setAdding} />;
  return (
    <>
      {head(call.data?.data)}
      {call.error instanceof Refusal && call.error.status === NOT_FOUND ? (
        <div className={css.missing}>
          <Empty icon={<SearchX size={28} aria-hidden />} title="No request has this id">
            It may not have been sent yet. Scores may be given before it comes, and wait for it below.
          </Empty>
          {scores}
        </div>
      ) : (
        <Answered query={call} height="24rem">
          {({ data }) => (
            <div className={css.body}>
              <div className={css.main}>
                <Timing call={data} />
                <Tabs<Tab>
                  value={tab}
                  onChange={onTab}
                  tabs={[
                    { value: "chat", label: "Chat", content: <Pane>{<Chat call={data} terms={terms} />}</Pane> },
                    { value: "raw", label: "Raw", content: <Pane>{<Raw call={data} />}</Pane> },
                    {
                      value: "scores",
                      label: <ScoresLabel n={data.scores.length} />,
                      content: <Pane>{scores}</Pane>,
                    },
                  ]}
                />
              </div>
              <CallFacts call={data} />
            </div>
          )}
        </Answered>
      )}
    </>
  );
}

function Pane({ children }: { children: ReactNode }) {
  return <div className={css.pane}>{children}</div>;
}

function ScoresLabel({ n }: { n: number }) {
  return <>Scores {n > 0 && <span className={css.tally}>{n}</span>}</>;
}

function useDetailKeys(requestId: string, onTab: (tab: Tab) => void, onScore: () => void): void {
  const may = useMay("write");
  const scoring = useScoring(requestId);
  const show: KeyMap = { "1": () => onTab("chat"), "2": () => onTab("raw"), "3": () => onTab("scores") };
  const judge: KeyMap = {
    s: () => {
      onTab("scores");
      onScore();
    },
    "+": () => void scoring.rate(true),
    "-": () => void scoring.rate(false),
  };
  usePageKeys(may ? { ...show, ...judge } : show);
}
