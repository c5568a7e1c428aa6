/** What is drawn onto a chart besides its lines. */

import type uPlot from "uplot";
import { resolved } from "./colors";
import type { Plot } from "./plot";

/** Stripes over the buckets whose values are still coming in. */
export function drawFilling(u: uPlot, plot: Plot, at: HTMLElement): void {
  const { filling, starts, end } = plot;
  if (!filling?.some(Boolean)) return;
  const { ctx, bbox } = u;
  ctx.save();
  ctx.fillStyle = resolved(at, "warn", 0.1);
  filling.forEach((late, index) => {
    if (!late) return;
    const from = u.valToPos(starts[index] as number, "x", true);
    const to = u.valToPos(starts[index + 1] ?? end, "x", true);
    ctx.fillRect(from, bbox.top, to - from, bbox.height);
  });
  ctx.restore();
}

/** A line with a word at each marked moment. */
export function drawMarks(u: uPlot, plot: Plot, at: HTMLElement): void {
  if (!plot.marks?.length) return;
  const { ctx, bbox } = u;
  ctx.save();
  ctx.strokeStyle = resolved(at, "bad");
  ctx.fillStyle = resolved(at, "bad");
  ctx.lineWidth = devicePixelRatio;
  ctx.font = `${11 * devicePixelRatio}px "Inter Variable", sans-serif`;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const mark of plot.marks) {
    const x = u.valToPos(mark.at, "x", true);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(mark.label, x + 4 * devicePixelRatio, bbox.top + 11 * devicePixelRatio);
  }
  ctx.restore();
}
