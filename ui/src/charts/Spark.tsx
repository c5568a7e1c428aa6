/** A line as small as a word: the shape of a series, without its numbers. Gaps stay gaps. */
export function Spark({
  values,
  label,
  width = 96,
  height = 22,
}: {
  values: readonly (number | null)[];
  label: string;
  width?: number;
  height?: number;
}) {
  const known = values.filter((value): value is number => value !== null);
  if (known.length === 0) return null;
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  const x = (index: number) => (values.length < 2 ? width / 2 : (index / (values.length - 1)) * (width - 2) + 1);
  const y = (value: number) => height - 2 - ((value - low) / span) * (height - 4);
  let down = false;
  const path = values
    .map((value, index) => {
      if (value === null) {
        down = false;
        return "";
      }
      const move = down ? "L" : "M";
      down = true;
      return `${move}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join("");
  return (
    <svg width={width} height={height} role="img" aria-label={label}>
      <path
        d={path}
        fill="none"
        stroke="var(--series-1)"
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  );
}
