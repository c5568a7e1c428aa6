import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import type { Condition } from "@/data/filter";
import { Button, Field, IconButton, Select, Suggest, TextInput } from "@/design";
import { compact } from "@/format/numbers";
import css from "./filter.module.css";
import { PickList } from "./PickList";
import { useKeys, useValues } from "./suggestions";
import {
  CHOICES,
  type Choice,
  COLUMNS,
  type Column,
  choiceOf,
  columnOf,
  kindOf,
  plainName,
  readValue,
  typedValue,
  valueless,
  WORDS,
} from "./vocabulary";

const idOf = ({ field, key }: Column) => (key === undefined ? field : `${field} ${key}`);

/** What stands in the popover of a condition: first which column, then how it compares with what. */
export function ConditionForm({ given, onDone }: { given?: Condition; onDone: (condition: Condition) => void }) {
  const [column, setColumn] = useState<Column | null>(given ? columnOf(given.field, given.key) : null);
  const [kept, setKept] = useState(given);
  if (column === null) {
    return (
      <PickList
        label="What to filter by"
        placeholder="Filter by…"
        items={COLUMNS.map((one) => ({ value: idOf(one), label: one.label, words: one.words }))}
        onPick={(id) => setColumn(COLUMNS.find((one) => idOf(one) === id) ?? null)}
      />
    );
  }
  const back = () => {
    setKept(undefined);
    setColumn(null);
  };
  return <Comparison column={column} given={kept} onBack={back} onDone={onDone} />;
}

interface Draft {
  key: string;
  choice: Choice;
  typed: string;
}

function emptyDraft(column: Column, key: string): Draft {
  const kind = kindOf(column, key);
  return { key, choice: CHOICES[kind][0] as Choice, typed: kind === "yes-no" || kind === "thumbs" ? "yes" : "" };
}

function draftOf(column: Column, given: Condition | undefined): Draft {
  const key = given?.key ?? column.key ?? "";
  const empty = emptyDraft(column, key);
  if (!given) return empty;
  const choice = choiceOf(given);
  const typed = valueless(choice, column) ? empty.typed : typedValue(kindOf(column, key), given.value);
  return { key, choice, typed };
}

/** The condition that a draft states; null while something is missing. */
export function conditionOf(column: Column, draft: Draft): Condition | null {
  const isMap = column.keyed || column.key !== undefined;
  if (isMap && draft.key === "") return null;
  const kind = kindOf(column, draft.key);
  const at = { field: column.field, ...(isMap ? { key: draft.key } : {}) };
  const without = valueless(draft.choice, column);
  if (without) return { ...at, ...without };
  const value = readValue(kind, draft.typed);
  // What needs no value has been answered above: the rest are operators of the API.
  return value === null ? null : { ...at, operator: draft.choice as Condition["operator"], value };
}

function Comparison(props: {
  column: Column;
  given: Condition | undefined;
  onBack: () => void;
  onDone: (condition: Condition) => void;
}) {
  const { column, given, onBack, onDone } = props;
  const [draft, setDraft] = useState(() => draftOf(column, given));
  const put = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const kind = kindOf(column, draft.key);
  const choices = CHOICES[kind].filter((choice) => column.field !== "scores" || valueless(choice, column) === null);
  const condition = conditionOf(column, draft);
  // Under the name of a boolean another kind of value is asked for than under that of a number.
  const rename = (key: string) => put(kindOf(column, key) === kind ? { key } : emptyDraft(column, key));
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (condition) onDone(condition);
      }}
    >
      <header className={css.formHead}>
        <IconButton label="Choose something else" onClick={onBack}>
          <ArrowLeft />
        </IconButton>
        <strong>{column.label}</strong>
      </header>
      {column.keyed && (
        <Field label="Name">
          <KeyInput field={column.field} value={draft.key} onChange={rename} />
        </Field>
      )}
      {choices.length > 1 && (
        <Select
          label="How it compares"
          value={draft.choice}
          options={choices.map((one) => ({ value: one, label: WORDS[one] }))}
          onChange={(choice) => put({ choice })}
        />
      )}
      {valueless(draft.choice, column) === null && (
        <ValueInput column={column} of={draft.key} value={draft.typed} onChange={(typed) => put({ typed })} />
      )}
      <Button type="submit" look="primary" disabled={condition === null}>
        {given ? "Change" : "Add"}
      </Button>
    </form>
  );
}

interface InputProps {
  value: string;
  onChange: (value: string) => void;
}

function KeyInput({ field, value, onChange }: InputProps & { field: string }) {
  const known = useKeys(field);
  return (
    <Suggest
      label="Name"
      autoFocus
      value={value}
      options={known}
      write={plainName}
      onChange={onChange}
      placeholder={field === "scores" ? "helpfulness" : "environment"}
    />
  );
}

function ValueInput({ column, of, value, onChange }: InputProps & { column: Column; of: string }) {
  const kind = kindOf(column, of);
  if (kind === "yes-no" || kind === "thumbs") {
    const words = kind === "thumbs" ? ["thumbs up", "thumbs down"] : ["yes", "no"];
    return (
      <Select
        label="Value"
        value={value}
        options={[
          { value: "yes", label: words[0] as string },
          { value: "no", label: words[1] as string },
        ]}
        onChange={onChange}
      />
    );
  }
  if (kind === "name") return <KeyInput field={column.field} value={value} onChange={onChange} />;
  if (kind === "time") {
    return (
      <TextInput
        type="datetime-local"
        step="1"
        aria-label="Time"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  return <TypedValue column={column} of={of} value={value} onChange={onChange} />;
}

function TypedValue({ column, of, value, onChange }: InputProps & { column: Column; of: string }) {
  const known = useValues(column.field, of);
  const counts = new Map(known.map((one) => [one.value, one.n]));
  const label = column.unit ? `Value in ${column.unit}` : "Value";
  return (
    <Suggest
      label={label}
      autoFocus={!column.keyed}
      value={value}
      options={known.map((one) => one.value)}
      note={(option) => compact(counts.get(option))}
      onChange={onChange}
      placeholder={label}
    />
  );
}
