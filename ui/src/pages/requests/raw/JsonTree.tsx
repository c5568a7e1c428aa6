import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { count } from "@/format/numbers";
import { shown } from "@/format/texts";
import css from "./raw.module.css";

const AT_ONCE = 100;
const LONG = 400;

interface NodeProps {
  name: string | null;
  value: unknown;
  /** How many levels stand open at first. */
  open: number;
}

/** A value of JSON that unfolds. Only what is unfolded is drawn, so that megabytes cost nothing until they are read. */
export function JsonTree({ value, open = 2 }: { value: unknown; open?: number }) {
  return (
    <ul className={css.tree}>
      <Node name={null} value={value} open={open} />
    </ul>
  );
}

function Node({ name, value, open }: NodeProps) {
  if (typeof value === "object" && value !== null) return <Branch name={name} value={value} open={open} />;
  return (
    <li className={css.leaf}>
      {name !== null && <Key name={name} />}
      <Leaf value={value} />
    </li>
  );
}

function Key({ name }: { name: string }) {
  return <bdi className={css.key}>{shown(name)}: </bdi>;
}

function Leaf({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false);
  if (typeof value !== "string") return <span data-kind={value === null ? "null" : typeof value}>{String(value)}</span>;
  const cut = !whole && value.length > LONG;
  return (
    <>
      <bdi data-kind="string">
        "{shown(cut ? value.slice(0, LONG) : value)}
        {cut ? "…" : '"'}
      </bdi>
      {cut && (
        <button type="button" className={css.more} onClick={() => setWhole(true)}>
          {count(value.length - LONG)} more characters
        </button>
      )}
    </>
  );
}

function Branch({ name, value, open }: NodeProps & { value: object }) {
  const [isOpen, setOpen] = useState(open > 0);
  const [most, setMost] = useState(AT_ONCE);
  const isArray = Array.isArray(value);
  const entries = isArray ? value.map((one, index) => [String(index), one] as const) : Object.entries(value);
  const [opening, closing] = isArray ? "[]" : "{}";
  if (entries.length === 0) {
    return (
      <li className={css.leaf}>
        {name !== null && <Key name={name} />}
        <span className={css.mark}>
          {opening}
          {closing}
        </span>
      </li>
    );
  }
  return (
    <li>
      <button type="button" className={css.fold} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <ChevronRight aria-hidden />
        {name !== null && <Key name={name} />}
        <span className={css.mark}>{opening}</span>
        {!isOpen && (
          <>
            <span className={css.inside}>{isArray ? count(entries.length) : inside(entries.map(([key]) => key))}</span>
            <span className={css.mark}>{closing}</span>
          </>
        )}
      </button>
      {isOpen && (
        <>
          <ul>
            {entries.slice(0, most).map(([key, one]) => (
              <Node key={key} name={isArray ? null : key} value={one} open={open - 1} />
            ))}
          </ul>
          {entries.length > most && (
            <button type="button" className={css.more} onClick={() => setMost(most + AT_ONCE)}>
              {count(entries.length - most)} more
            </button>
          )}
          <span className={css.closing}>{closing}</span>
        </>
      )}
    </li>
  );
}

const NAMED = 4;

/** What is in a folded object, by some of its keys. */
function inside(keys: readonly string[]): string {
  return `${keys.slice(0, NAMED).map(shown).join(", ")}${keys.length > NAMED ? ", …" : ""}`;
}
