import { CircleAlert, Info, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./Button";
import css from "./surfaces.module.css";

/** A page: its name, what can be done with all of it, and its content. `fill` keeps it as high as the window. */
export function Page(props: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  fill?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={`${css.page} ${props.fill ? css.fill : ""}`}>
      <header className={css.head}>
        <div className={css.headText}>
          <h1>{props.title}</h1>
          {props.lead && <p className={css.lead}>{props.lead}</p>}
        </div>
        {props.actions && <div className={css.actions}>{props.actions}</div>}
      </header>
      {props.children}
    </div>
  );
}

/** One thing on a page, with a title. `flush` lets its content reach the edges. */
export function Panel(props: {
  title?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  flush?: boolean;
  className?: string;
  children: ReactNode;
}) {
  const { title, note, actions, flush = false, className = "", children } = props;
  return (
    <section className={`${css.panel} ${className}`}>
      {(title || actions) && (
        <header className={css.panelHead}>
          <div className={css.panelTitle}>
            <h2>{title}</h2>
            {note && <span className={css.panelNote}>{note}</span>}
          </div>
          {actions && <div className={css.actions}>{actions}</div>}
        </header>
      )}
      <div className={flush ? css.flush : css.panelBody}>{children}</div>
    </section>
  );
}

/** Panels side by side, as many as fit; none narrower than `least`. */
export function Grid({ least, children }: { least?: string; children: ReactNode }) {
  return (
    <div className={css.grid} style={least ? ({ "--least": least } as React.CSSProperties) : undefined}>
      {children}
    </div>
  );
}

/** One number that matters, with what says how far to trust it. */
export function Stat(props: { label: ReactNode; value: ReactNode; note?: ReactNode; small?: boolean }) {
  return (
    <div className={css.stat}>
      <span className={css.statLabel}>{props.label}</span>
      <span className={`${css.statValue} ${props.small ? css.statSmall : ""}`}>{props.value}</span>
      {props.note && <span className={css.statNote}>{props.note}</span>}
    </div>
  );
}

export type Tone = "plain" | "good" | "bad" | "warn" | "accent";

export function Badge({ tone = "plain", children, title }: { tone?: Tone; children: ReactNode; title?: string }) {
  return (
    <span className={css.badge} data-tone={tone} title={title}>
      <span>{children}</span>
    </span>
  );
}

/** What stands where there is nothing yet: why, and what to do about it. */
export function Empty(props: { icon?: ReactNode; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={css.empty}>
      {props.icon}
      <p className={css.emptyTitle}>{props.title}</p>
      {props.children && <div className={css.emptyText}>{props.children}</div>}
      {props.action}
    </div>
  );
}

/** What went wrong, in the server's own sentence. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div className={css.problem} role="alert">
      <CircleAlert size={16} aria-hidden />
      <span className={css.problemText}>{error instanceof Error ? error.message : String(error)}</span>
      {onRetry && (
        <Button onClick={onRetry}>
          <RotateCw aria-hidden />
          Try again
        </Button>
      )}
    </div>
  );
}

/** Something the reader should know before trusting what stands beside it. */
export function Note({ children }: { children: ReactNode }) {
  return (
    <div className={css.note}>
      <Info size={16} aria-hidden />
      <span className={css.problemText}>{children}</span>
    </div>
  );
}

/** The shape of what is on its way. */
export function Skeleton({ height = "1rem", width = "100%" }: { height?: string; width?: string }) {
  return <div className={css.skeleton} style={{ blockSize: height, inlineSize: width }} aria-hidden />;
}

interface Answer<Data> {
  data: Data | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** The three states of a question: on its way, refused, answered. */
export function Answered<Data>(props: { query: Answer<Data>; height?: string; children: (data: Data) => ReactNode }) {
  const { query, height = "10rem", children } = props;
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Problem error={query.error} onRetry={query.refetch} />;
  return (
    <div aria-busy="true">
      <span className="visually-hidden">Loading</span>
      <Skeleton height={height} />
    </div>
  );
}

/** Names and what they are. */
export function Facts({ rows }: { rows: readonly (readonly [ReactNode, ReactNode] | null | false)[] }) {
  return (
    <dl className={css.facts}>
      {rows.map((row, index) => {
        if (!row) return null;
        const [name, value] = row;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: facts keep their places
          <div key={index} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        );
      })}
    </dl>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className={css.kbd}>{children}</kbd>;
}

export function Mono({ children }: { children: ReactNode }) {
  return <span className={css.mono}>{children}</span>;
}
