import { useNavigate, useSearch } from "@tanstack/react-router";
import { ListFilter, X } from "lucide-react";
import { useState } from "react";
import { type Condition, type FilterSearch, type FilterState, NOTHING_ASKED, type Operator } from "@/data/filter";
import { Button, Field, IconButton, Popover, Segments, Select, Suggest, TextInput } from "@/design";
import css from "./filter.module.css";
import { useKeys, useValues } from "./suggestions";
import { COLUMNS, columnOf, OPERATORS, readValue, WORDS } from "./vocabulary";

/** The filter of a page, in its address. */
export function FilterBar() {
  const { filter }: FilterSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  return (
    <ConditionBar
      label="Filter"
      filter={filter}
      onChange={(chosen) => void navigate({ to: ".", search: (kept) => ({ ...kept, filter: chosen }) })}
    />
  );
}

/** A filter wherever it is kept: conditions as chips, and a form that adds one. Without conditions it is undefined. */
export function ConditionBar(props: {
  label: string;
  filter: FilterState | undefined;
  onChange: (filter: FilterState | undefined) => void;
}) {
  const { label, filter = NOTHING_ASKED, onChange } = props;
  const { conditions } = filter;
  const put = (chosen: Condition[], match = filter.match) =>
    onChange(chosen.length > 0 ? { match, conditions: chosen } : undefined);
  return (
    <fieldset className={css.bar} aria-label={label}>
      {conditions.map((condition, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same condition may stand twice
        <span key={index} className={css.chip}>
          <span className={css.chipText}>{sentence(condition)}</span>
          <IconButton
            label={`Remove: ${sentence(condition)}`}
            onClick={() => put(conditions.filter((_one, place) => place !== index))}
          >
            <X />
          </IconButton>
        </span>
      ))}
      {conditions.length > 1 && (
        <Segments
          label="Which conditions must hold"
          value={filter.match}
          options={[
            { value: "all", label: "all of these" },
            { value: "any", label: "any of these" },
          ]}
          onChange={(match) => put(conditions, match)}
        />
      )}
      <Popover
        label="Add a condition"
        trigger={
          <Button look="quiet">
            <ListFilter aria-hidden />
            Filter
          </Button>
        }
      >
        <ConditionForm onAdd={(condition) => put([...conditions, condition])} />
      </Popover>
      {conditions.length > 0 && (
        <Button look="quiet" onClick={() => put([])}>
          Clear
        </Button>
      )}
    </fieldset>
  );
}

/** A condition as a sentence: "Score helpfulness less than 0.5". */
export function sentence({ field, key, operator, value }: Condition): string {
  const { label, unit } = columnOf(field);
  return [label, key, WORDS[operator], String(value), unit].filter(Boolean).join(" ");
}

function ConditionForm({ onAdd }: { onAdd: (condition: Condition) => void }) {
  const [field, setField] = useState("model");
  const [key, setKey] = useState("");
  const [operator, setOperator] = useState<Operator>("equals");
  const [typed, setTyped] = useState("");
  const { kind, unit } = columnOf(field);
  const keyed = kind === "keyed-text" || kind === "keyed-number";
  const value = readValue(kind, typed);
  const ready = value !== null && (!keyed || key !== "");
  const choose = (chosen: string) => {
    setField(chosen);
    setKey("");
    setTyped(columnOf(chosen).kind === "boolean" ? "true" : "");
    setOperator(OPERATORS[columnOf(chosen).kind][0] as Operator);
  };
  const add = () => {
    if (!ready) return;
    onAdd({ field, ...(keyed ? { key } : {}), operator, value });
    setTyped("");
  };
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <Field label="What">
        <Select
          label="What"
          value={field}
          options={COLUMNS.map((column) => ({ value: column.field, label: column.label }))}
          onChange={choose}
        />
      </Field>
      {keyed && (
        <Field label="Its name">
          <KeyInput field={field} value={key} onChange={setKey} />
        </Field>
      )}
      <Field label="How">
        <Select
          label="How"
          value={operator}
          options={OPERATORS[kind].map((one) => ({ value: one, label: WORDS[one] }))}
          onChange={setOperator}
        />
      </Field>
      <Field label={unit ? `Value in ${unit}` : "Value"}>
        <ValueInput field={field} of={key} value={typed} onChange={setTyped} />
      </Field>
      <Button type="submit" look="primary" disabled={!ready}>
        Add
      </Button>
    </form>
  );
}

interface InputProps {
  field: string;
  value: string;
  onChange: (value: string) => void;
}

function KeyInput({ field, value, onChange }: InputProps) {
  return <Suggest label="Its name" value={value} options={useKeys(field)} onChange={onChange} />;
}

function ValueInput({ field, of, value, onChange }: InputProps & { of: string }) {
  const { kind } = columnOf(field);
  const known = useValues(field, of);
  if (kind === "boolean") {
    return (
      <Select
        label="Value"
        value={value}
        options={[
          { value: "true", label: "thumbs up" },
          { value: "false", label: "thumbs down" },
        ]}
        onChange={onChange}
      />
    );
  }
  if (kind === "time") {
    return <TextInput type="datetime-local" value={value} onChange={(event) => onChange(event.target.value)} />;
  }
  if (known.length > 0) return <Suggest label="Value" value={value} options={known} onChange={onChange} />;
  return (
    <TextInput
      aria-label="Value"
      inputMode={kind.endsWith("number") ? "decimal" : undefined}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
