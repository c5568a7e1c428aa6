import { Link } from "@tanstack/react-router";
import { Datum } from "@/charts/Values";
import { count, percent } from "@/format/numbers";
import type { RequestsLink } from "../scope";
import css from "./segments.module.css";

/** How many requests a row has, which leads to them, and which share of all that is. */
export function Size({ n, of, requests }: { n: number; of: number; requests: RequestsLink | null }) {
  const written = <Datum value={n} write={count} />;
  const share = of === 0 ? 0 : n / of;
  return (
    <span className={css.size}>
      <span className={css.lane} aria-hidden>
        <span className={css.fill} style={{ inlineSize: `${share * 100}%` }} />
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
