import { Link } from "@tanstack/react-router";
import { Datum } from "@/charts/Values";
import { count, percent } from "@/format/numbers";
import type { RequestsLink } from "../scope";
import css from "./segments.module.css";

interface SizeProps {
  n: number;
  of: number;
  /** As many as the longest bar stands for; a row that has more has none. */
  most?: number;
  requests: RequestsLink | null;
}

/** How many requests a row has, which leads to them, and which share of all that is. */
export function Size({ n, of, most = of, requests }: SizeProps) {
  const written = <Datum value={n} write={count} />;
  const share = of === 0 ? 0 : n / of;
  return (
    <span className={css.size}>
      <span className={css.lane} aria-hidden>
        {n <= most && <span className={css.fill} style={{ inlineSize: `${(n / Math.max(most, 1)) * 100}%` }} />}
      </span>
      <span className={css.figure}>
        {requests ? (
          <Link to="/requests" search={requests} title="See these requests">
            {written}
          </Link>
        ) : (
          written
        )}
        <small>{percent(share)}</small>
      </span>
    </span>
  );
}
