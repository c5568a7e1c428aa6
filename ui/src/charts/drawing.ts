/** What is drawn onto a chart besides its lines. */

import type uPlot from "uplot";
import { resolved } from "./colors";
import { isolated, type Plot } from "./plot";
import { drawn } from "./reach";

/** Stripes over the buckets whose values are still coming in, and paler ones over those that the window cuts. */
export function drawFilling(u: uPlot, plot: Plot, at: HTMLElement): void {
  drawStripes(u, plot, plot.cut, resolved(at, "ink-3", 0.16));
  drawStripes(u, plot, plot.filling, resolved(at, "warn", 0.45));
}

function drawStripes(u: uPlot, { starts, end }: Plot, striped: readonly boolean[] | undefined, ink: string): void {
  if (!striped?.some(Boolean)) return;
  const { ctx, bbox } = u;
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  striped.forEach((is, index) => {
    if (!is) return;
    const from = Math.max(bbox.left, u.valToPos(starts[index] as number, "x", true));
    const to = u.valToPos(starts[index + 1] ?? end, "x", true);
    hatch(ctx, { left: from, top: bbox.top, width: to - from, height: bbox.height });
  });
  ctx.stroke();
  ctx.restore();
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Lines from lower left to upper right, cut off at the edges of a box; they lie on one grid in all boxes. */
function hatch(ctx: CanvasRenderingContext2D, { left, top, width, height }: Box): void {
  const step = 7 * devicePixelRatio;
  const bottom = top + height;
  for (let sum = Math.ceil((left + top) / step) * step; sum < left + width + bottom; sum += step) {
    const startX = Math.max(left, sum - bottom);
    const endX = Math.min(left + width, sum - top);
    if (startX >= endX) continue;
    ctx.moveTo(startX, sum - startX);
    ctx.lineTo(endX, sum - endX);
  }
}

/** The intervals of points between gaps, which no band can show: a line through each. */
export function drawAlone(u: uPlot, plot: Plot, at: HTMLElement): void {
  if (plot.bars) return;
  const { ctx } = u;
  ctx.save();
  ctx.lineWidth = 1.5 * devicePixelRatio;
  for (const { values, low, high, ink } of plot.lines.map(drawn)) {
    ctx.strokeStyle = resolved(at, ink, 0.55);
    ctx.beginPath();
    for (const index of isolated(values)) {
      const [from, to] = [low?.[index], high?.[index]];
      if (from == null || to == null) continue;
      const x = u.valToPos(plot.starts[index] as number, "x", true);
      ctx.moveTo(x, u.valToPos(from, "y", true));
      ctx.lineTo(x, u.valToPos(to, "y", true));
    }
    ctx.stroke();
  }
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
  ctx.textAlign = "left";
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const mark of plot.marks) {
    if (mark.from !== undefined && mark.to !== undefined) {
      const left = u.valToPos(mark.from, "x", true);
      ctx.save();
      ctx.fillStyle = resolved(at, "bad", 0.1);
      ctx.fillRect(left, bbox.top, u.valToPos(mark.to, "x", true) - left, bbox.height);
      ctx.restore();
    }
    const x = u.valToPos(mark.at, "x", true);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(mark.label, x + 4 * devicePixelRatio, bbox.top + 11 * devicePixelRatio);
  }
  ctx.restore();
}
