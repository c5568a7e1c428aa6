import type { Definition, ScoreKind } from "@/api";
import { Field, Segments, Suggest, TextArea, TextInput } from "@/design";
import { boundsOf } from "./draft";
import css from "./scores.module.css";

const AS_BUTTONS = 6;

/** Asks for a value of a kind, in the way that its definition allows. */
export function ValueInput(props: {
  kind: ScoreKind;
  definition: Definition | null;
  value: string;
  onChange: (typed: string) => void;
  error?: string;
}) {
  const { kind, definition, value, onChange, error } = props;
  switch (kind) {
    case "boolean":
      return (
        <Field label="Value">
          <Segments
            label="Value"
            value={value}
            options={[
              { value: "yes", label: "Yes" },
              { value: "no", label: "No" },
            ]}
            onChange={onChange}
          />
        </Field>
      );
    case "numeric":
      return <NumberInput bounds={boundsOf(definition)} value={value} onChange={onChange} error={error} />;
    case "categorical":
      return <CategoryInput definition={definition} value={value} onChange={onChange} />;
    default:
      return (
        <Field label={kind === "correction" ? "What the answer should have been" : "Text"}>
          <TextArea value={value} maxLength={10_000} rows={4} onChange={(event) => onChange(event.target.value)} />
        </Field>
      );
  }
}

function NumberInput(props: {
  bounds: [number, number] | null;
  value: string;
  onChange: (typed: string) => void;
  error?: string;
}) {
  const { bounds, value, onChange, error } = props;
  return (
    <Field label={bounds ? `Value, ${bounds[0]} to ${bounds[1]}` : "Value"} error={error || null}>
      <div className={css.number}>
        <TextInput inputMode="decimal" value={value} onChange={(event) => onChange(event.target.value)} />
        {bounds && (
          <input
            type="range"
            aria-label="Value on a scale"
            min={bounds[0]}
            max={bounds[1]}
            step={(bounds[1] - bounds[0]) / 100 || 1}
            value={Number.isFinite(Number(value)) && value !== "" ? Number(value) : (bounds[0] + bounds[1]) / 2}
            data-unset={value === "" || undefined}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </div>
    </Field>
  );
}

function CategoryInput(props: { definition: Definition | null; value: string; onChange: (typed: string) => void }) {
  const { definition, value, onChange } = props;
  const known = definition?.categories ?? [];
  // Categories that were only seen so far may be joined by others.
  if (!definition?.inferred && known.length > 0 && known.length <= AS_BUTTONS) {
    return (
      <Field label="Category">
        <Segments
          label="Category"
          value={value}
          options={known.map((one) => ({ value: one, label: one }))}
          onChange={onChange}
        />
      </Field>
    );
  }
  return (
    <Field label="Category">
      <Suggest label="Category" value={value} options={known} onChange={onChange} />
    </Field>
  );
}
