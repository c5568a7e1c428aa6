import { Link } from "@tanstack/react-router";
import type { Target } from "@/api";
import { Mono } from "@/design";
import css from "./parts.module.css";

/** To the request of an id. */
export function RequestLink({ id }: { id: string }) {
  return (
    <Link to="/requests/$requestId" params={{ requestId: id }} className={css.id} title={id}>
      <Mono>{id}</Mono>
    </Link>
  );
}

/** What a score judges: a request leads to its page, all else is named. */
export function TargetLink({ target, id }: { target: Target | string; id: string }) {
  if (target === "request") return <RequestLink id={id} />;
  return (
    <span className={css.id} title={id}>
      {target} <Mono>{id}</Mono>
    </span>
  );
}

/** To the page of a score. */
export function ScoreLink({ name }: { name: string }) {
  return (
    <Link to="/scores/$name" params={{ name }}>
      {name}
    </Link>
  );
}
