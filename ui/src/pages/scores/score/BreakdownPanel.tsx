import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { breakDownScoreOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, Panel, Select } from "@/design";
import { BreakdownFigure } from "../figures/BreakdownFigure";
import { useFace } from "../figures/Faces";
import figures from "../figures/figures.module.css";
import { DimensionPicker, useDimensions } from "../parts/DimensionPicker";
import { PinButton } from "../parts/PinButton";
import parts from "../parts/parts.module.css";
import { focused, type Segment } from "../segments";
import type { SelectedScore } from "../selection";
import { usePut } from "./ScorePage";

const route = getRouteApi("/shell/scores/$name");
const FIRST = "model";
const TOP = 10;

/** The score by one or two dimensions; a segment that is pressed becomes the filter of the page. */
export function BreakdownPanel({ selected }: { selected: SelectedScore }) {
  const search = route.useSearch();
  const put = usePut();
  const { asTable, turn } = useFace();
  const { by = [FIRST], top = TOP, sort = "n" } = search;
  const dimensions = useDimensions(by);
  const [first = FIRST, second] = by;
  const broken = useQuery({
    ...breakDownScoreOptions({ body: { ...selected, by, top, sort } }),
    placeholderData: keepPreviousData,
  });
  const select = (values: readonly string[]) => {
    const segment: Segment = by.map((dimension, place) => [dimension, values[place] ?? ""]);
    const focus = focused(search, segment);
    return focus && (() => put(focus));
  };
  return (
    <Panel
      title="What it is made of"
      actions={
        <>
          {turn}
          {broken.data && <PinButton pin={broken.data.pin} />}
        </>
      }
    >
      <div className={figures.stack}>
        <div className={parts.bar}>
          <DimensionPicker
            label="Cut by"
            lead="by"
            value={first}
            dimensions={dimensions}
            onChange={(chosen = FIRST) => put({ by: second && second !== chosen ? [chosen, second] : [chosen] })}
          />
          <DimensionPicker
            label="And by"
            lead="and"
            value={second}
            none="nothing else"
            dimensions={dimensions.filter((one) => one !== first)}
            onChange={(chosen) => put({ by: chosen ? [first, chosen] : [first] })}
          />
          <Select
            label="Order of segments"
            value={sort}
            options={[
              { value: "n", label: "most scores first" },
              { value: "mean", label: "highest first" },
            ]}
            onChange={(chosen) => put({ sort: chosen === "n" ? undefined : chosen })}
          />
          <Select
            label="How many segments"
            value={String(top)}
            options={["5", "10", "20", "50"].map((value) => ({ value, label: `top ${value}` }))}
            onChange={(chosen) => put({ top: Number(chosen) === TOP ? undefined : Number(chosen) })}
          />
        </div>
        <Answered query={broken} height="14rem">
          {({ data }) => <BreakdownFigure breakdown={data} asTable={asTable} onSelect={select} />}
        </Answered>
        <p className={figures.small}>
          Intervals of 95 %, one at a time: among many segments some lie apart by chance. A segment that is pressed
          becomes the filter.
        </p>
      </div>
    </Panel>
  );
}
