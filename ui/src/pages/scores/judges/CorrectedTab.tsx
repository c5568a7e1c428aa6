import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { JudgeQuery } from "@/api";
import { correctJudgeOptions, getAgreementOptions } from "@/api/@tanstack/react-query.gen";
import { useWindow } from "@/data/now";
import { useZone } from "@/data/zone";
import { Answered, Empty, Panel, Select } from "@/design";
import { Confusion } from "../figures/Confusion";
import { JudgedPanels } from "../figures/JudgedPanels";
import { PinButton } from "../parts/PinButton";
import { nameOf } from "../parts/RaterPicker";
import type { JudgesSearch } from "../search";
import type { SelectedScore } from "../selection";
import { scoreBucket } from "../spans";
import css from "./tabs.module.css";

export interface TabProps {
  asked: SelectedScore;
  search: JudgesSearch;
  put: (change: JudgesSearch) => void;
}

/** The judge's mean, raw and corrected, and where judge and people differ. */
export function CorrectedTab({ asked, search, put }: TabProps) {
  const zone = useZone();
  const bucket = scoreBucket(useWindow());
  const { judge, human, method = "ppi++" } = search;
  const body: JudgeQuery = { ...asked, judge, human, method, bucket, zone };
  const judged = useQuery({ ...correctJudgeOptions({ body }), placeholderData: keepPreviousData });
  return (
    <div className={css.tab}>
      {asked.kind === "boolean" && (
        <div className={css.bar}>
          <Select
            label="How to correct"
            lead="corrected with"
            value={method}
            options={[
              { value: "ppi++", label: "labels of these very calls", note: "PPI++" },
              { value: "rogan-gladen", label: "labels of other calls", note: "Rogan–Gladen" },
            ]}
            onChange={(chosen) => put({ method: chosen === "ppi++" ? undefined : chosen })}
          />
        </div>
      )}
      <Answered query={judged} height="24rem">
        {({ data, pin }) =>
          data.judged === 0 ? (
            <Empty title="No judge has judged in this time">
              <p>
                Scores of judge models carry the source “model”. Choose another judge, another score or another time.
              </p>
            </Empty>
          ) : (
            <>
              <JudgedPanels judged={data} bucket={bucket} end={asked.end} actions={<PinButton pin={pin} />} />
              <Differences asked={asked} search={search} />
            </>
          )
        }
      </Answered>
    </div>
  );
}

/** What the judge said where people said something: the labels, counted and not weighted. */
function Differences({ asked: { cluster: _cluster, ...asked }, search }: Omit<TabProps, "put">) {
  const human = search.human ?? { sources: ["human"] };
  const judge = search.judge ?? { sources: ["model"] };
  const agreement = useQuery(
    getAgreementOptions({ body: { ...asked, sources: [], authors: [], raters: [human, judge] } }),
  );
  const names = [search.human ? nameOf(human) : "people", search.judge ? nameOf(judge) : "judge"] as const;
  return (
    <Panel
      title="Where judge and people differ"
      note="labels counted one by one, not weighted by how they were drawn"
      actions={agreement.data && <PinButton pin={agreement.data.pin} />}
    >
      <Answered query={agreement} height="12rem">
        {({ data: { pairs } }) => pairs[0] && <Confusion pair={pairs[0]} names={names} />}
      </Answered>
    </Panel>
  );
}
