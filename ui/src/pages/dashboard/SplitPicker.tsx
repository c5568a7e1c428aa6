import { Select } from "@/design";
import { usePropertyNames } from "@/filter/suggestions";
import { DIMENSIONS, dimensionName, isDimension, propertyDimension } from "./dimensions";

/** Nothing is called that. */
const NOTHING = "-";

/** What every chart is split by: nothing, what calls have, or any property. */
export function SplitPicker({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (by: string | undefined) => void;
}) {
  const properties = usePropertyNames()
    // A session has few calls: as a split it says nothing.
    .filter((name) => !name.startsWith("Helicone-Session-"))
    .map(propertyDimension);
  const all = [...new Set([...Object.keys(DIMENSIONS), ...properties, ...(isDimension(value) ? [value] : [])])];
  const options = all.map((name) => ({
    value: name,
    label: dimensionName(name),
    note: name in DIMENSIONS ? undefined : "property",
  }));
  return (
    <Select
      label="Split every chart by"
      lead="by"
      value={value ?? NOTHING}
      options={[{ value: NOTHING, label: "nothing" }, ...options]}
      onChange={(chosen) => onChange(chosen === NOTHING ? undefined : chosen)}
    />
  );
}
