/** What is known of names and values, so that a filter need not be typed from memory. */

import { useQuery } from "@tanstack/react-query";
import { breakDownCallsOptions, getEvalScoresOptions, getPropertiesOptions } from "@/api/@tanstack/react-query.gen";
import { useWindow } from "@/data/now";
import { columnOf } from "./vocabulary";

const NOTHING: readonly string[] = [];
const NO_VALUES: readonly KnownValue[] = [];
const MOST = 50;
const MINUTES = 60_000;

/** A value and how many calls of the page's time have it. */
export interface KnownValue {
  value: string;
  n: number;
}

/** The names that a keyed column has: of scores, of properties. */
export function useKeys(field: string): readonly string[] {
  const scores = useScoreNames(field === "scores");
  const properties = usePropertyNames(field === "properties" || field === "property_key");
  return field === "scores" ? scores : properties;
}

/** Every score name of the organisation, as a filter takes it. */
export function useScoreNames(enabled = true): readonly string[] {
  return useQuery({ ...getEvalScoresOptions(), enabled }).data?.data ?? NOTHING;
}

/** The names of all properties; those that people gave before those that headers make. */
export function usePropertyNames(enabled = true): readonly string[] {
  const found = useQuery({
    ...getPropertiesOptions({ body: {} }),
    enabled,
    staleTime: MINUTES,
    select: ({ data }) => data.map((one) => one.property).sort(ownFirst),
  });
  return found.data ?? NOTHING;
}

function ownFirst(one: string, other: string): number {
  const made = (name: string) => Number(name.startsWith("Helicone-"));
  return made(one) - made(other) || one.localeCompare(other);
}

/** Values that a column has had in the page's time, the most frequent first. */
export function useValues(field: string, key: string): readonly KnownValue[] {
  const { start, end } = useWindow();
  const column = columnOf(field, key);
  const dimension = column.dimension ?? (field === "properties" && key !== "" ? `property:${key}` : null);
  const found = useQuery({
    ...breakDownCallsOptions({
      body: { by: [dimension ?? "model"], top: MOST, start: start.toISOString(), end: end.toISOString() },
    }),
    enabled: dimension !== null,
    staleTime: MINUTES,
    select: ({ data }) =>
      data.segments.flatMap(({ values: [value], n }) => (value === undefined || value === "" ? [] : [{ value, n }])),
  });
  return (dimension !== null && found.data) || NO_VALUES;
}
