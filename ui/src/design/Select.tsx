import { Combobox } from "@base-ui/react/combobox";
import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import type { ReactNode } from "react";
import css from "./controls.module.css";

export interface Option<Value extends string = string> {
  value: Value;
  label: string;
  note?: string;
}

interface SelectProps<Value extends string> {
  label: string;
  value: Value | null;
  options: readonly Option<Value>[];
  onChange: (value: Value) => void;
  placeholder?: string;
  /** What stands before the chosen value, such as "by". */
  lead?: ReactNode;
}

/** One of some options, in a list that opens. `label` names it for those who cannot see where it stands. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, value, options, onChange, placeholder = "Choose", lead } = props;
  return (
    <Base.Root
      items={options as Option<Value>[]}
      value={value}
      onValueChange={(chosen) => chosen !== null && onChange(chosen as Value)}
    >
      <Base.Trigger className={css.trigger} aria-label={label}>
        <span>
          {lead} <Base.Value placeholder={placeholder} />
        </span>
        <Base.Icon className={css.caret}>
          <ChevronsUpDown />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className={css.positioner}>
          <Base.Popup className={css.popup}>
            <Base.List>
              {options.map((option) => (
                <Base.Item key={option.value} value={option.value} className={css.item}>
                  <span className={css.tick}>
                    <Base.ItemIndicator>
                      <Check />
                    </Base.ItemIndicator>
                  </span>
                  <Base.ItemText className={css.itemText}>{option.label}</Base.ItemText>
                  {option.note && <span className={css.itemNote}>{option.note}</span>}
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface SearchProps {
  label: string;
  value: string;
  options: readonly string[];
  onChange: (value: string) => void;
  placeholder?: string;
  /** Called with what is typed, for options that the server finds. */
  onSearch?: (typed: string) => void;
  /** How an option is written, where that is not the option itself. */
  write?: (option: string) => string;
  /** What stands beside an option. */
  note?: (option: string) => string;
  /** Whether it has the focus, and shows what it offers, as soon as it is there. */
  autoFocus?: boolean;
}

const asItIs = (option: string) => option;

/** A line of text that offers what is known; what is not known may be typed. */
export function Suggest(props: SearchProps) {
  const { label, value, options, onChange, placeholder, onSearch, write = asItIs, note, autoFocus } = props;
  return (
    <Combobox.Root
      items={options as string[]}
      value={value || null}
      inputValue={write(value)}
      itemToStringLabel={write}
      onInputValueChange={(typed) => {
        onChange(options.find((option) => write(option) === typed) ?? typed);
        onSearch?.(typed);
      }}
      onValueChange={(chosen) => chosen !== null && onChange(chosen)}
      openOnInputClick
      defaultOpen={autoFocus}
    >
      <Combobox.Input className={css.input} placeholder={placeholder} aria-label={label} autoFocus={autoFocus} />
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} className={css.positioner}>
          <Combobox.Popup className={css.popup}>
            <Combobox.Empty className={css.empty}>Nothing known begins like this; it is taken as typed.</Combobox.Empty>
            <Combobox.List>
              {(item: string) => (
                <Combobox.Item key={item} value={item} className={css.item}>
                  <span className={css.itemText}>{write(item)}</span>
                  {note && <span className={css.itemNote}>{note(item)}</span>}
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}
