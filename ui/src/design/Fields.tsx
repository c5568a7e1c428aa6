import { Checkbox as BaseCheckbox } from "@base-ui/react/checkbox";
import { Field as Base } from "@base-ui/react/field";
import { Switch as BaseSwitch } from "@base-ui/react/switch";
import { Toggle } from "@base-ui/react/toggle";
import { ToggleGroup } from "@base-ui/react/toggle-group";
import { Check, Minus } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import css from "./controls.module.css";

interface About {
  label: string;
  help?: ReactNode;
  error?: string | null;
}

/** A labelled place for any control. */
export function Field({ label, help, error, children }: About & { children: ReactNode }) {
  return (
    <Base.Root className={css.field} invalid={Boolean(error)}>
      <Base.Label className={css.label}>{label}</Base.Label>
      {children}
      {help && <Base.Description className={css.help}>{help}</Base.Description>}
      {error && (
        <Base.Error className={css.error} match={true}>
          {error}
        </Base.Error>
      )}
    </Base.Root>
  );
}

/** A line of text. Alone it needs an `aria-label`. */
export function TextInput({ className = "", ...props }: ComponentProps<typeof Base.Control>) {
  return <Base.Control {...props} className={`${css.input} ${className}`} />;
}

/** Several lines of text. */
export function TextArea(props: ComponentProps<"textarea">) {
  return <Base.Control render={<textarea {...props} className={css.input} />} />;
}

/** A line of text under its label. */
export function TextField({ label, help, error, ...props }: About & ComponentProps<typeof Base.Control>) {
  return (
    <Field label={label} help={help} error={error}>
      <TextInput {...props} />
    </Field>
  );
}

interface ChoiceProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: ReactNode;
  mixed?: boolean;
  disabled?: boolean;
}

/** A box to tick. */
export function Checkbox({ checked, onChange, label, mixed = false, disabled = false }: ChoiceProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control within is a custom one
    <label className={css.choice}>
      <BaseCheckbox.Root
        className={css.check}
        checked={checked}
        indeterminate={mixed}
        disabled={disabled}
        onCheckedChange={onChange}
      >
        <BaseCheckbox.Indicator>{mixed ? <Minus strokeWidth={3} /> : <Check strokeWidth={3} />}</BaseCheckbox.Indicator>
      </BaseCheckbox.Root>
      {label}
    </label>
  );
}

/** Something that is on or off at once. */
export function Switch({ checked, onChange, label, disabled = false }: Omit<ChoiceProps, "mixed">) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control within is a custom one
    <label className={css.choice}>
      <BaseSwitch.Root className={css.switch} checked={checked} disabled={disabled} onCheckedChange={onChange}>
        <BaseSwitch.Thumb className={css.thumb} />
      </BaseSwitch.Root>
      {label}
    </label>
  );
}

/** A few choices side by side, one of them taken. */
export function Segments<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: readonly { value: Value; label: ReactNode; title?: string }[];
  onChange: (value: Value) => void;
}) {
  return (
    <ToggleGroup
      aria-label={label}
      className={css.segments}
      value={[value]}
      onValueChange={([chosen]) => chosen && onChange(chosen as Value)}
    >
      {options.map((option) => (
        <Toggle key={option.value} value={option.value} className={css.segment} aria-label={option.title}>
          {option.label}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}
