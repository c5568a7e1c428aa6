/** Colours as a canvas needs them: the tokens, resolved for the theme that is shown. */

export type Ink =
  | `series-${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`
  | "ink"
  | "ink-3"
  | "line"
  | "accent"
  | "good"
  | "bad"
  | "warn";

export const SERIES: readonly Ink[] = [
  "series-1",
  "series-2",
  "series-3",
  "series-4",
  "series-5",
  "series-6",
  "series-7",
  "series-8",
];

/** The colour of a token at an element, with an opacity. */
export function resolved(at: Element, ink: Ink, opacity = 1): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${ink})`;
  at.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  if (opacity === 1) return color;
  return `color-mix(in srgb, ${color} ${Math.round(opacity * 100)}%, transparent)`;
}

/** A paler colour of a token that lets nothing through: what stands behind it must not show. */
export function paled(at: Element, ink: Ink, share: number): string {
  const probe = document.createElement("span");
  probe.style.color = `color-mix(in srgb, var(--${ink}) ${Math.round(share * 100)}%, var(--surface))`;
  at.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** The nth series' colour as a CSS value. */
export function seriesColor(index: number): string {
  return `var(--${SERIES[index % SERIES.length]})`;
}
