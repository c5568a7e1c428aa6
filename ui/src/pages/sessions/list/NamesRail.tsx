import { useQuery } from "@tanstack/react-query";
import type { SessionNameResult } from "@/api";
import { getNamesOptions } from "@/api/@tanstack/react-query.gen";
import type { FilterState } from "@/data/filter";
import { Answered, Select } from "@/design";
import { compact, count, duration, money } from "@/format/numbers";
import { shown } from "@/format/texts";
import css from "./list.module.css";
import { useNamesQuestion } from "./question";

interface NamesProps {
  filter: FilterState | undefined;
  name: string | undefined;
  onName: (name: string | undefined) => void;
  narrow: boolean;
}

/** The names of sessions as groups: how many each has, and what they cost. One of them is shown, or all. */
export function Names({ filter, name, onName, narrow }: NamesProps) {
  const names = useQuery({
    ...getNamesOptions({ body: useNamesQuestion(filter) }),
    placeholderData: (before) => before,
  });
  return (
    <Answered query={names} height={narrow ? "1.875rem" : "12rem"}>
      {({ data }) =>
        narrow ? (
          <NameSelect names={data} name={name} onName={onName} />
        ) : (
          <NameList names={data} name={name} onName={onName} />
        )
      }
    </Answered>
  );
}

type Shown = Pick<NamesProps, "name" | "onName"> & { names: readonly SessionNameResult[] };

function NameList({ names, name, onName }: Shown) {
  return (
    <nav aria-label="Names of sessions" className={css.rail}>
      <button type="button" className={css.group} aria-pressed={name === undefined} onClick={() => onName(undefined)}>
        <span className={css.groupName}>All names</span>
        <span className={css.groupCount}>{compact(names.reduce((sum, one) => sum + one.session_count, 0))}</span>
      </button>
      <ul>
        {names.map((one) => (
          <li key={one.name}>
            <button
              type="button"
              className={css.group}
              aria-pressed={name === one.name}
              title={told(one)}
              onClick={() => onName(one.name)}
            >
              <bdi className={css.groupName}>{nameOf(one.name)}</bdi>
              <span className={css.groupCount}>{compact(one.session_count)}</span>
              <span className={css.groupNote}>
                {compact(one.total_requests)} calls · {money(one.total_cost)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** No session is called that: names have no line breaks. */
const ALL = "\n";

function NameSelect({ names, name, onName }: Shown) {
  const known = names.map((one) => ({ value: one.name, label: nameOf(one.name), note: compact(one.session_count) }));
  const options = [{ value: ALL, label: "all names" }, ...known];
  const isKnown = name === undefined || known.some(({ value }) => value === name);
  return (
    <Select
      label="Name of sessions"
      lead="name"
      value={name ?? ALL}
      options={isKnown ? options : [...options, { value: name, label: nameOf(name) }]}
      onChange={(chosen) => onName(chosen === ALL ? undefined : chosen)}
    />
  );
}

export function nameOf(name: string): string {
  return name === "" ? "without a name" : shown(name);
}

function told(one: SessionNameResult): string {
  return [
    `${count(one.session_count)} sessions of ${count(one.total_requests)} calls`,
    `cost ${money(one.total_cost)}`,
    `mean latency of a call ${duration(one.avg_latency)}`,
  ].join("\n");
}
