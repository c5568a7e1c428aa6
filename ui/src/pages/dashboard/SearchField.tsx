import { Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { IconButton, TextInput } from "@/design";
import css from "./dashboard.module.css";

const PAUSE_MS = 300;

/** A part of what is looked for; it takes effect when the typing pauses. */
export function SearchField(props: { label: string; value: string; onChange: (words: string) => void }) {
  const { label, value, onChange } = props;
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    // What comes from elsewhere, such as the way back, is taken over.
    if (value !== sent.current) setTyped(value);
    sent.current = value;
  }, [value]);
  const put = (words: string) => {
    sent.current = words;
    onChange(words);
  };
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => put(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  });
  return (
    <search className={css.search}>
      <Search aria-hidden />
      <TextInput
        type="text"
        inputMode="search"
        aria-label={label}
        placeholder={label}
        maxLength={1000}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") put(typed);
        }}
      />
      {typed !== "" && (
        <IconButton
          label="Clear the search"
          onClick={() => {
            setTyped("");
            put("");
          }}
        >
          <X />
        </IconButton>
      )}
    </search>
  );
}
