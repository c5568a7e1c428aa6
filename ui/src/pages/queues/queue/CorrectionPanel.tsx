import { useQuery } from "@tanstack/react-query";
import type { JudgeQuery } from "@/api";
import { correctJudgeOptions } from "@/api/@tanstack/react-query.gen";
import { Answered } from "@/design";
import { JudgedPanels } from "../../scores/figures/JudgedPanels";
import { PinButton } from "../../scores/parts/PinButton";

/** What the labels of a queue are for: its judge's mean, as it is and as people would have it. */
export function CorrectionPanel({ question }: { question: JudgeQuery }) {
  const judged = useQuery({ ...correctJudgeOptions({ body: question }), refetchOnMount: "always" });
  return (
    <Answered query={judged} height="14rem">
      {({ data, pin }) => (
        <JudgedPanels judged={data} bucket={null} end={question.end ?? ""} actions={<PinButton pin={pin} />} />
      )}
    </Answered>
  );
}
