import { Autocomplete } from "@base-ui/react/autocomplete";
import controls from "@/design/controls.module.css";
import css from "./filter.module.css";

export interface Pick {
  value: string;
  label: string;
  note?: string;
  /** What else somebody who looks for it might type. */
  words?: string;
}

/** A list that is narrowed by typing; Enter takes what is highlighted. */
export function PickList(props: {
  label: string;
  placeholder: string;
  items: readonly Pick[];
  onPick: (value: string) => void;
}) {
  const { label, placeholder, items, onPick } = props;
  return (
    <Autocomplete.Root
      items={items as Pick[]}
      open
      inline
      autoHighlight="always"
      itemToStringValue={(item: Pick) => `${item.label} ${item.words ?? ""}`}
    >
      <Autocomplete.Input autoFocus className={css.pickInput} placeholder={placeholder} aria-label={label} />
      <Autocomplete.Empty className={controls.empty}>Nothing is called that.</Autocomplete.Empty>
      <Autocomplete.List className={css.picks}>
        {(item: Pick) => (
          <Autocomplete.Item key={item.value} value={item} className={controls.item} onClick={() => onPick(item.value)}>
            <span className={controls.itemText}>{item.label}</span>
            {item.note && <span className={controls.itemNote}>{item.note}</span>}
          </Autocomplete.Item>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  );
}
