import { useMemo } from "react";
import { Select } from "@/design";
import { useKeys } from "@/filter/suggestions";
import { DIMENSIONS, dimensionName } from "../words";

/** Dimensions of a call, without those that only scores have. */
const OF_CALLS = Object.keys(DIMENSIONS).filter((name) => name !== "source" && name !== "author");

/** All that scores can be cut by: columns, the judge, and every property that calls have. */
export function useDimensions(kept: readonly string[] = [], withJudges = true): readonly string[] {
  const properties = useKeys("properties");
  return useMemo(() => {
    const own = properties.filter((name) => !HIDDEN.has(name)).map((name) => `property:${name}`);
    const columns = withJudges ? Object.keys(DIMENSIONS) : OF_CALLS;
    return [...new Set([...columns, ...own, ...kept])];
  }, [properties, kept, withJudges]);
}

/** A session has one value per session: nothing to cut by. Its name is a column. */
const HIDDEN = new Set(["Helicone-Session-Id", "Helicone-Session-Name"]);

/** No dimension is called that. */
const NOTHING = "-";

/** One dimension of those there are. `none` is what choosing nothing is called, where that may be. */
export function DimensionPicker(props: {
  label: string;
  lead?: string;
  value: string | undefined;
  dimensions: readonly string[];
  none?: string;
  onChange: (dimension: string | undefined) => void;
}) {
  const { label, lead, value, dimensions, none, onChange } = props;
  const options = dimensions.map((name) => ({
    value: name,
    label: dimensionName(name),
    note: name.startsWith("property:") ? "property" : undefined,
  }));
  return (
    <Select
      label={label}
      lead={lead}
      value={value ?? (none === undefined ? null : NOTHING)}
      options={none === undefined ? options : [{ value: NOTHING, label: none }, ...options]}
      onChange={(chosen) => onChange(chosen === NOTHING ? undefined : chosen)}
      placeholder="Choose a dimension"
    />
  );
}
