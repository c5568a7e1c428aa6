/** The columns of the list of sessions. */

import { ThumbsDown, ThumbsUp } from "lucide-react";
import type { ReactNode } from "react";
import type { SessionRecord, SessionSort } from "@/api";
import { Badge, Mono } from "@/design";
import { compact, count, duration, money, UNKNOWN } from "@/format/numbers";
import { oneLine } from "@/format/texts";
import { Pair, TimeCell } from "@/pages/requests/columns/cells";
import css from "./list.module.css";
import { ScoreMeans } from "./ScoreMeans";

export interface SessionColumn {
  id: string;
  title: string;
  /** How wide, as a track of a grid. */
  width: string;
  align?: "end";
  sort?: SessionSort;
  cell: (session: SessionRecord, zone: string) => ReactNode;
}

export const COLUMNS: readonly SessionColumn[] = [
  { id: "session", title: "Session", width: "minmax(10.5rem, 1.6fr)", cell: (session) => <Who session={session} /> },
  {
    id: "users",
    title: "User",
    width: "minmax(5rem, 0.8fr)",
    cell: ({ user_ids }) => <Users ids={user_ids} />,
  },
  {
    id: "started",
    title: "Started",
    width: "5.5rem",
    sort: "started",
    cell: ({ started_at }, zone) => <TimeCell at={started_at} zone={zone} />,
  },
  {
    id: "last_activity",
    title: "Last call",
    width: "5.5rem",
    sort: "last_activity",
    cell: ({ last_at }, zone) => <TimeCell at={last_at} zone={zone} />,
  },
  {
    id: "duration",
    title: "Duration",
    width: "5rem",
    align: "end",
    sort: "duration",
    cell: ({ duration_ms }) => duration(duration_ms),
  },
  {
    id: "calls",
    title: "Calls",
    width: "3.5rem",
    align: "end",
    sort: "calls",
    cell: ({ n }) => count(n),
  },
  {
    id: "errors",
    title: "Errors",
    width: "4.25rem",
    align: "end",
    sort: "errors",
    cell: ({ errors }) =>
      errors.count === 0 ? <span className={css.quiet}>0</span> : <Badge tone="bad">{count(errors.count)}</Badge>,
  },
  {
    id: "cost",
    title: "Cost",
    width: "5.5rem",
    align: "end",
    sort: "cost",
    cell: ({ cost }) => (
      <span title={cost.missing > 0 ? `Of ${count(cost.missing)} calls it is not known.` : undefined}>
        {money(cost.sum)}
      </span>
    ),
  },
  {
    id: "tokens",
    title: "Tokens",
    width: "4.5rem",
    align: "end",
    sort: "tokens",
    cell: ({ tokens: { total } }) => (
      <span title={total.missing > 0 ? `Of ${count(total.missing)} calls they are not known.` : undefined}>
        {compact(total.sum)}
      </span>
    ),
  },
  {
    id: "scores",
    title: "Scores of its calls",
    width: "minmax(11rem, 1.5fr)",
    cell: ({ scores }) => <ScoreMeans scores={scores} />,
  },
];

function Who({ session: { session_id, name, tag, feedback } }: { session: SessionRecord }) {
  return (
    <Pair
      main={
        <span className={css.id}>
          <Mono>
            <bdi>{oneLine(session_id)}</bdi>
          </Mono>
          {feedback !== null && <Feedback up={feedback} />}
          {tag && <Badge tone="accent">{oneLine(tag)}</Badge>}
        </span>
      }
      below={name ? <bdi>{oneLine(name)}</bdi> : "without a name"}
    />
  );
}

function Feedback({ up }: { up: boolean }) {
  return up ? (
    <ThumbsUp size={13} role="img" aria-label="thumbs up" />
  ) : (
    <ThumbsDown size={13} role="img" aria-label="thumbs down" />
  );
}

export function Users({ ids }: { ids: readonly string[] }) {
  const [first, ...others] = ids;
  if (first === undefined) return UNKNOWN;
  return (
    <span title={ids.map(oneLine).join("\n")}>
      <bdi>{oneLine(first)}</bdi>
      {others.length > 0 && <span className={css.quiet}> and {count(others.length)} more</span>}
    </span>
  );
}
