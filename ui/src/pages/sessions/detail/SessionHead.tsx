import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { SessionRecord } from "@/api";
import { Badge, CopyButton, Explained, Moment, Mono } from "@/design";
import { compact, count, duration, interval, money, percent, UNKNOWN } from "@/format/numbers";
import { oneLine } from "@/format/texts";
import css from "./page.module.css";

/** What the session is: its id, since when, whose, and what its calls add up to. */
export function SessionHead({ session, actions }: { session: SessionRecord; actions: ReactNode }) {
  const { session_id, name, tag, started_at, models } = session;
  return (
    <header className={css.head}>
      <div className={css.who}>
        <p className={css.crumb}>
          <Link to="/sessions">Sessions</Link>
          {name && (
            <>
              {" / "}
              <Link to="/sessions" search={{ name }}>
                {oneLine(name)}
              </Link>
            </>
          )}
        </p>
        <div className={css.titled}>
          <h1>
            <Mono>
              <bdi>{oneLine(session_id)}</bdi>
            </Mono>
          </h1>
          <CopyButton text={session_id} label="Copy the id" />
          {tag && <Badge tone="accent">{oneLine(tag)}</Badge>}
        </div>
        <p className={css.meta}>
          <Moment at={started_at} /> · <Users session={session} /> ·{" "}
          <span title={models.map(oneLine).join("\n")}>
            {models.length === 1 ? oneLine(models[0] ?? "") : `${count(models.length)} models`}
          </span>
        </p>
      </div>
      <Sums session={session} />
      <div className={css.actions}>{actions}</div>
    </header>
  );
}

const TOLD = 2;

function Users({ session: { user_ids } }: { session: SessionRecord }) {
  if (user_ids.length === 0) return <>no user named</>;
  return (
    <>
      {user_ids.slice(0, TOLD).map((id, place) => (
        <span key={id}>
          {place > 0 && ", "}
          <Link to="/users/$userId" params={{ userId: id }}>
            <bdi>{oneLine(id)}</bdi>
          </Link>
        </span>
      ))}
      {user_ids.length > TOLD && ` and ${count(user_ids.length - TOLD)} more`}
    </>
  );
}

function Sums({ session }: { session: SessionRecord }) {
  const { n, errors, cancelled, cost, tokens, duration_ms, latency_ms } = session;
  return (
    <dl className={css.sums}>
      <Sum label="Lasted" said={`From the first call’s start to the last answer’s end.`}>
        {duration(duration_ms)}
      </Sum>
      <Sum label="Calls" said={`${count(cancelled.count)} of them their caller left.`}>
        {compact(n)}
      </Sum>
      <Sum
        label="Errors"
        said={`${count(errors.count)} of ${count(errors.of)} calls failed: ${percent(errors.rate)} (${interval(errors.low, errors.high, percent)}).`}
      >
        <span data-bad={errors.count > 0 || undefined}>{compact(errors.count)}</span>
      </Sum>
      <Sum label="Cost" said={`Known of ${count(cost.n)} calls; of ${count(cost.missing)} it is not.`}>
        {money(cost.sum)}
      </Sum>
      <Sum
        label="Tokens"
        said={`Known of ${count(tokens.total.n)} calls; of ${count(tokens.total.missing)} they are not.`}
      >
        {compact(tokens.total.sum)}
      </Sum>
      <Sum
        label="In calls"
        said={`The latencies of ${count(latency_ms.n)} calls together; calls may run side by side.`}
      >
        {latency_ms.sum === null ? UNKNOWN : duration(latency_ms.sum)}
      </Sum>
    </dl>
  );
}

function Sum({ label, said, children }: { label: string; said: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <Explained by={said}>{children}</Explained>
      </dd>
    </div>
  );
}
