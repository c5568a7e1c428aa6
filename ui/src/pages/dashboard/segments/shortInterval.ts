/** "1.2 to 1.5 s": an interval whose unit, where both ends have the same behind them, is said once. */
export function shortInterval(low: number, high: number, write: (value: number) => string): string {
  const [from, to] = [write(low), write(high)];
  if (from === to) return from;
  const [amount, unit, ...others] = from.split(" ");
  const isShared = unit !== undefined && others.length === 0 && to.split(" ").slice(1).join(" ") === unit;
  return `${isShared ? amount : from} to ${to}`;
}
