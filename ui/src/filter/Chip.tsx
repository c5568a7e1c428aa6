import { X } from "lucide-react";
import { useState } from "react";
import type { Condition } from "@/data/filter";
import { IconButton, Popover } from "@/design";
import { shown } from "@/format/texts";
import { ConditionForm } from "./ConditionForm";
import css from "./filter.module.css";
import { phrase, sentence } from "./vocabulary";

/** One condition: pressed, it can be changed where it stands. */
export function Chip(props: { condition: Condition; onChange: (condition: Condition) => void; onRemove: () => void }) {
  const { condition, onChange, onRemove } = props;
  const [open, setOpen] = useState(false);
  const [what, how, ...against] = phrase(condition);
  return (
    <span className={css.chip}>
      <Popover
        label={`Change: ${sentence(condition)}`}
        open={open}
        onOpenChange={setOpen}
        trigger={
          <button type="button" className={css.chipText} title={shown(sentence(condition))}>
            {shown(what ?? "")} <span className={css.chipHow}>{how}</span>{" "}
            <bdi className={css.chipValue}>{shown(against.join(" "))}</bdi>
          </button>
        }
      >
        <ConditionForm
          given={condition}
          onDone={(changed) => {
            setOpen(false);
            onChange(changed);
          }}
        />
      </Popover>
      <IconButton label={`Remove: ${shown(sentence(condition))}`} onClick={onRemove}>
        <X />
      </IconButton>
    </span>
  );
}
