/** From the API's breakdown to the rows of a table: the segments, the rest as one, and all. */

import type { ReactNode } from "react";
import type { CallBreakdown, CallSegment } from "@/api";
import { count } from "@/format/numbers";
import { conditionOf } from "../dimensions";
import { requestsOf, type Scope } from "../scope";
import type { SegmentRow } from "./SegmentTable";

export function rowsOf(found: CallBreakdown, scope: Scope, name: (segment: CallSegment) => ReactNode): SegmentRow[] {
  const { by, segments, rest, total } = found;
  const rows: SegmentRow[] = segments.map((segment) => ({
    key: JSON.stringify(segment.values),
    name: name(segment),
    numbers: segment,
    requests: requestsOf(
      scope,
      segment.values.map((value, place) => conditionOf(by[place] as string, value)),
    ),
  }));
  // Which values the rest has no filter says.
  if (rest) rows.push({ key: "rest", name: restName(found), numbers: rest, requests: null, kind: "rest" });
  rows.push({ key: "total", name: "all requests", numbers: total, requests: requestsOf(scope, []), kind: "total" });
  return rows;
}

function restName({ count: all, segments }: CallBreakdown): string {
  return `${count(all - segments.length)} others`;
}
