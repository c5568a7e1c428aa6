import { Layers } from "lucide-react";
import { Button, Checkbox, Popover } from "@/design";
import { useDimensions } from "../parts/DimensionPicker";
import { dimensionName } from "../words";
import css from "./bisect.module.css";

const MOST = 6;

interface ChoiceProps {
  chosen: string[] | undefined;
  /** What was looked at where nobody chose. */
  looked: readonly string[];
  onChange: (dimensions: string[] | undefined) => void;
}

/** By which dimensions a change is taken apart: the usual ones, or up to six of one's own. */
export function DimensionsChoice({ chosen, looked, onChange }: ChoiceProps) {
  const current = chosen ?? [...looked];
  const dimensions = useDimensions(current);
  const toggle = (name: string) => {
    const rest = current.includes(name) ? current.filter((one) => one !== name) : [...current, name];
    onChange(rest.length > 0 ? rest : undefined);
  };
  return (
    <Popover
      label="Dimensions"
      trigger={
        <Button>
          <Layers aria-hidden />
          by {current.length > 0 ? `${current.length} dimensions` : "the usual dimensions"}
        </Button>
      }
    >
      <div className={css.choices}>
        <p className={css.hint}>At most six. Those that change together share the credit.</p>
        {dimensions.map((name) => (
          <Checkbox
            key={name}
            label={dimensionName(name)}
            checked={current.includes(name)}
            disabled={!current.includes(name) && current.length >= MOST}
            onChange={() => toggle(name)}
          />
        ))}
        <Button look="quiet" disabled={!chosen} onClick={() => onChange(undefined)}>
          The usual ones
        </Button>
      </div>
    </Popover>
  );
}
