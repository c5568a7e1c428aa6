import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getScoreDistributionOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, Panel } from "@/design";
import { DistributionFigure } from "../figures/DistributionFigure";
import { useFace } from "../figures/Faces";
import { PinButton } from "../parts/PinButton";
import type { SelectedScore } from "../selection";

/** How the values of the score are spread. */
export function DistributionPanel({ selected }: { selected: SelectedScore }) {
  const { asTable, turn } = useFace();
  const spread = useQuery({
    ...getScoreDistributionOptions({ body: { ...selected, bins: 16 } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Panel
      title="How it is spread"
      actions={
        <>
          {turn}
          {spread.data && <PinButton pin={spread.data.pin} />}
        </>
      }
    >
      <Answered query={spread} height="20rem">
        {({ data }) => <DistributionFigure distribution={data} asTable={asTable} />}
      </Answered>
    </Panel>
  );
}
