import { ChevronsUpDown, Gavel } from "lucide-react";
import type { Clock, Segment, Source } from "@/api";
import { Button, Checkbox, Popover, Select } from "@/design";
import { count, score } from "@/format/numbers";
import { type SelectionSearch, SOURCES } from "../search";
import { CLUSTERINGS, judgeName, SOURCES_IN_WORDS } from "../words";
import css from "./parts.module.css";

const CLOCKS: readonly { value: Clock; label: string; note: string }[] = [
  { value: "requested", label: "when requested", note: "when the call was made" },
  { value: "judged", label: "when judged", note: "when the score was given" },
];

interface BarProps {
  search: SelectionSearch;
  put: (change: SelectionSearch) => void;
  judges?: readonly Segment[];
  /** Pages whose statistics know one clock leave it out. */
  withClock?: boolean;
}

/** Whose scores count, by which clock, and which of them are not independent of one another. */
export function SelectionBar({ search, put, judges, withClock = true }: BarProps) {
  return (
    <>
      {judges && <JudgesChoice search={search} put={put} judges={judges} />}
      {withClock && (
        <Select
          label="Clock"
          lead="placed"
          value={search.clock ?? "requested"}
          options={CLOCKS}
          onChange={(clock) => put({ clock: clock === "requested" ? undefined : clock })}
        />
      )}
      <Select
        label="Clusters"
        lead="clusters"
        value={search.cluster ?? "auto"}
        options={CLUSTERINGS}
        onChange={(cluster) => put({ cluster: cluster === "auto" ? undefined : cluster })}
      />
    </>
  );
}

function JudgesChoice({ search, put, judges }: BarProps & { judges: readonly Segment[] }) {
  const { sources = [], authors = [] } = search;
  const chosen = [...sources.map((source) => SOURCES_IN_WORDS[source]), ...authors];
  const toggled = <Word extends string>(list: readonly Word[], word: Word) => {
    const rest = list.includes(word) ? list.filter((one) => one !== word) : [...list, word];
    return rest.length > 0 ? rest : undefined;
  };
  const known = SOURCES.filter((source) => sources.includes(source) || judges.some((one) => one.values[0] === source));
  const whose = chosen.length === 0 ? "everybody’s" : chosen.join(", ");
  return (
    <Popover
      label="Whose scores"
      trigger={
        <Button aria-label={`Whose scores: ${whose}`}>
          <Gavel aria-hidden />
          <span className={css.chosen}>{whose}</span>
          <ChevronsUpDown aria-hidden />
        </Button>
      }
    >
      <div className={css.choices}>
        <p className={css.choicesTitle}>Kinds of judge</p>
        {known.map((source) => (
          <Checkbox
            key={source}
            label={SOURCES_IN_WORDS[source]}
            checked={sources.includes(source)}
            onChange={() => put({ sources: toggled<Source>(sources, source) })}
          />
        ))}
        <p className={css.choicesTitle}>Judges by name</p>
        {namesOf(judges, authors).map(({ author, source, n, mean }) => (
          <Checkbox
            key={author}
            label={
              <span className={css.choice}>
                {judgeName(source, author)}
                <small>{n === null ? "none in this time" : `n ${count(n)} · mean ${score(mean)}`}</small>
              </span>
            }
            checked={authors.includes(author)}
            onChange={() => put({ authors: toggled(authors, author) })}
          />
        ))}
        <Button
          look="quiet"
          disabled={chosen.length === 0}
          onClick={() => put({ sources: undefined, authors: undefined })}
        >
          Count everybody’s
        </Button>
      </div>
    </Popover>
  );
}

interface Named {
  author: string;
  source: string;
  n: number | null;
  mean: number | null;
}

/** Judges that have a name, and those that were chosen and have judged nothing in this time. */
function namesOf(judges: readonly Segment[], chosen: readonly string[]): Named[] {
  const found = judges
    .filter((one) => one.values[1] !== "" && one.values[1] !== "(other)")
    .map((one) => ({ source: one.values[0] ?? "", author: one.values[1] ?? "", n: one.n, mean: one.mean }));
  const absent = chosen.filter((author) => !found.some((one) => one.author === author));
  return [...found, ...absent.map((author) => ({ author, source: "", n: null, mean: null }))];
}
