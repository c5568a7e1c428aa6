import { SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { Button, Field, Popover, Select, TextInput } from "@/design";
import { DimensionPicker, useDimensions } from "../parts/DimensionPicker";
import type { CompareSearch } from "../search";
import css from "./compare.module.css";

interface OptionsProps {
  search: CompareSearch;
  put: (change: CompareSearch) => void;
}

/** How to compare: slices, pairs, what takes noise out, and the least difference that matters. */
export function ComparisonOptions({ search, put }: OptionsProps) {
  const { match = "input", covariate, margin, by } = search;
  const dimensions = useDimensions(by ? [by] : [], false);
  const properties = dimensions.filter((name) => name.startsWith("property:"));
  const set = [match !== "input", covariate !== undefined, margin !== undefined].filter(Boolean).length;
  return (
    <>
      <DimensionPicker
        label="Slices"
        lead="slices by"
        value={by}
        none="nothing"
        dimensions={dimensions}
        onChange={(chosen) => put({ by: chosen })}
      />
      <Popover
        label="How to compare"
        trigger={
          <Button>
            <SlidersHorizontal aria-hidden />
            Method{set > 0 && ` · ${set} set`}
          </Button>
        }
      >
        <div className={css.form}>
          <Field label="Pairs" help="Scores of the same input are compared with one another where they make up 80 %.">
            <Select
              label="Pairs"
              value={match}
              options={[
                { value: "input", label: "the same input" },
                { value: "none", label: "no pairs" },
                ...properties.map((name) => ({ value: name, label: `the same ${name.slice("property:".length)}` })),
              ]}
              onChange={(chosen) => put({ match: chosen === "input" ? undefined : chosen })}
            />
          </Field>
          <Field
            label="Take out noise of (CUPED)"
            help="Known before the answer. On segments that were not drawn alike it adjusts, and does not only sharpen."
          >
            <Select
              label="Take out noise of"
              value={covariate ?? "-"}
              options={[
                { value: "-", label: "nothing" },
                { value: "prompt_tokens", label: "the length of the prompt" },
                { value: "hour", label: "the hour of the day" },
              ]}
              onChange={(chosen) => put({ covariate: chosen === "-" ? undefined : chosen })}
            />
          </Field>
          <MarginField key={margin} margin={margin} onChange={(chosen) => put({ margin: chosen })} />
        </div>
      </Popover>
    </>
  );
}

function MarginField({ margin, onChange }: { margin: number | undefined; onChange: (m: number | undefined) => void }) {
  const [typed, setTyped] = useState(margin === undefined ? "" : String(margin));
  const value = typed.trim() === "" ? undefined : Number(typed);
  const wrong = value !== undefined && !(value >= 0);
  return (
    <form
      className={css.margin}
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong) onChange(value === 0 ? undefined : value);
      }}
    >
      <Field
        label="Least difference that matters"
        help="With one, two segments can be told to be the same for all that matters."
        error={wrong ? "A number from 0 on." : null}
      >
        <TextInput
          inputMode="decimal"
          placeholder="0"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </Field>
      <Button type="submit" disabled={wrong}>
        Set
      </Button>
    </form>
  );
}
