import { useQuery } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import { useState } from "react";
import { breakDownScoreOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, Button, ClosingButton, Field, Popover, Select } from "@/design";
import { count } from "@/format/numbers";
import { DimensionPicker, useDimensions } from "../parts/DimensionPicker";
import type { CompareSearch, SegmentState } from "../search";
import { conditionOf } from "../segments";
import type { SelectedScore } from "../selection";
import { before, halves, type Span } from "../spans";
import { dimensionName, valueName } from "../words";
import css from "./compare.module.css";

interface PresetProps {
  selected: SelectedScore;
  put: (change: CompareSearch) => void;
}

/** Comparisons that are asked for most: a time against the one before it, a value of a dimension against another. */
export function PresetMenu({ selected, put }: PresetProps) {
  return (
    <Popover
      label="Presets"
      trigger={
        <Button>
          <Sparkles aria-hidden />
          Presets
        </Button>
      }
    >
      <div className={css.presets}>
        <p className={css.presetTitle}>Times</p>
        {timePresets(selected).map(({ title, change }) => (
          <ClosingButton key={title} onClick={() => put(change)}>
            {title}
          </ClosingButton>
        ))}
        <p className={css.presetTitle}>Values of a dimension</p>
        <TwoValues selected={selected} put={put} />
      </div>
    </Popover>
  );
}

/** The comparisons that need nothing but the time of the page. */
export function timePresets(selected: SelectedScore): { title: string; change: CompareSearch }[] {
  const [first, second] = halves(selected);
  return [
    { title: "This time against the one before", change: { a: spanned(before(selected)), b: undefined } },
    { title: "First half against second", change: { a: spanned(first), b: spanned(second) } },
  ];
}

function spanned({ start, end }: Span): SegmentState {
  return { from: start, to: end };
}

function TwoValues({ selected, put }: PresetProps) {
  const dimensions = useDimensions([], false);
  const versioned = dimensions.find((name) => /^property:.*version/i.test(name));
  const [dimension, setDimension] = useState<string | undefined>(undefined);
  const chosen = dimension ?? versioned ?? "model";
  const values = useQuery(breakDownScoreOptions({ body: { ...selected, by: [chosen], top: 50 } }));
  return (
    <>
      <DimensionPicker label="Dimension" value={chosen} dimensions={dimensions} onChange={setDimension} />
      <Answered query={values} height="7rem">
        {({ data }) => (
          <Pair
            key={chosen}
            dimension={chosen}
            values={data.segments
              .map(({ values: [value = ""], n }) => ({ value, n }))
              .filter(({ value }) => value !== "(other)")}
            put={put}
          />
        )}
      </Answered>
    </>
  );
}

interface PairProps {
  dimension: string;
  values: readonly { value: string; n: number }[];
  put: PresetProps["put"];
}

function Pair({ dimension, values, put }: PairProps) {
  // The newer of two versions is called after the older one: the order of names is the best guess at which is new.
  const [older, newer] = values
    .slice(0, 2)
    .map(({ value }) => value)
    .sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
  const [a, setA] = useState(older ?? "");
  const [b, setB] = useState(newer ?? "");
  const options = values.map(({ value, n }) => ({ value, label: valueName(value), note: `n ${count(n)}` }));
  const conditions = { a: conditionOf(dimension, a), b: conditionOf(dimension, b) };
  if (values.length < 2) return <p className={css.quiet}>Scores of this time have one value of it alone.</p>;
  const set = () => {
    if (!conditions.a || !conditions.b) return;
    put({
      a: { filter: { match: "all", conditions: [conditions.a] } },
      b: { filter: { match: "all", conditions: [conditions.b] } },
    });
  };
  return (
    <>
      <Field label="a, the old one">
        <Select label={`a: ${dimensionName(dimension)}`} value={a} options={options} onChange={setA} />
      </Field>
      <Field label="b, the new one">
        <Select label={`b: ${dimensionName(dimension)}`} value={b} options={options} onChange={setB} />
      </Field>
      <ClosingButton look="primary" onClick={set} disabled={a === b}>
        Compare these two
      </ClosingButton>
    </>
  );
}
