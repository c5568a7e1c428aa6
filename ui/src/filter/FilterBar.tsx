import { useNavigate, useSearch } from "@tanstack/react-router";
import { ListFilter } from "lucide-react";
import { type ReactNode, useState } from "react";
import { type Condition, type FilterSearch, type FilterState, NOTHING_ASKED } from "@/data/filter";
import { Button, Popover, Segments } from "@/design";
import { Chip } from "./Chip";
import { ConditionForm } from "./ConditionForm";
import css from "./filter.module.css";

export { sentence } from "./vocabulary";

/** The filter of a page, in its address. */
export function FilterBar({ children }: { children?: ReactNode }) {
  const { filter }: FilterSearch = useSearch({ strict: false });
  const put = useFilter();
  return (
    <ConditionBar label="Filter" filter={filter} onChange={put}>
      {children}
    </ConditionBar>
  );
}

/** Puts a filter into the address of the page. */
export function useFilter(): (filter: FilterState | undefined) => void {
  const navigate = useNavigate();
  return (filter) => void navigate({ to: ".", search: (kept) => ({ ...kept, filter }) });
}

/** A filter wherever it is kept: conditions as chips, and a form that adds one. Without conditions it is undefined. */
export function ConditionBar(props: {
  label: string;
  filter: FilterState | undefined;
  onChange: (filter: FilterState | undefined) => void;
  /** What stands before the conditions in the same line. */
  children?: ReactNode;
}) {
  const { label, filter = NOTHING_ASKED, onChange, children } = props;
  const { conditions } = filter;
  const put = (chosen: Condition[], match = filter.match) =>
    onChange(chosen.length > 0 ? { match, conditions: chosen } : undefined);
  return (
    <fieldset className={css.bar} aria-label={label}>
      {children}
      {conditions.map((condition, index) => (
        <Chip
          // biome-ignore lint/suspicious/noArrayIndexKey: the same condition may stand twice
          key={index}
          condition={condition}
          onChange={(changed) => put(conditions.map((one, place) => (place === index ? changed : one)))}
          onRemove={() => put(conditions.filter((_one, place) => place !== index))}
        />
      ))}
      {conditions.length > 1 && (
        <Segments
          label="Which conditions must hold"
          value={filter.match}
          options={[
            { value: "all", label: "all of these" },
            { value: "any", label: "any of these" },
          ]}
          onChange={(match) => put([...conditions], match)}
        />
      )}
      <Adder onAdd={(condition) => put([...conditions, condition])} />
      {conditions.length > 0 && (
        <Button look="quiet" onClick={() => put([])}>
          Clear
        </Button>
      )}
    </fieldset>
  );
}

function Adder({ onAdd }: { onAdd: (condition: Condition) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      label="Add a condition"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button look="quiet" data-adds-filter>
          <ListFilter aria-hidden />
          Filter
        </Button>
      }
    >
      <ConditionForm
        onDone={(condition) => {
          setOpen(false);
          onAdd(condition);
        }}
      />
    </Popover>
  );
}
