import { useNavigate, useSearch } from "@tanstack/react-router";
import { Search, X } from "lucide-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import { IconButton, Kbd, TextInput } from "@/design";
import css from "./page.module.css";
import type { RequestsSearch } from "./search";

const PAUSE_MS = 350;

/** Words to look for in what was asked and answered; they take effect when the typing pauses. */
export function SearchBox({ field }: { field: RefObject<HTMLInputElement | null> }) {
  const { search = "" }: RequestsSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const [typed, setTyped] = useState(search);
  const sent = useRef(search);
  useEffect(() => {
    // What comes from elsewhere, such as the way back, is taken over.
    if (search !== sent.current) setTyped(search);
    sent.current = search;
  }, [search]);
  const put = (words: string) => {
    sent.current = words;
    void navigate({ to: ".", replace: true, search: (kept) => ({ ...kept, search: words || undefined }) });
  };
  useEffect(() => {
    if (typed === search) return;
    const timer = setTimeout(() => put(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  });
  const empty = typed === "";
  return (
    <search className={css.search}>
      <Search aria-hidden />
      <TextInput
        ref={field}
        type="text"
        inputMode="search"
        aria-label="Search in requests and responses"
        placeholder="Search in requests and responses"
        title={'Every word must occur: whole words, "words in quotes" as they stand, part* anywhere.'}
        maxLength={1000}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") put(typed);
          if (event.key !== "Escape") return;
          event.currentTarget.blur();
        }}
      />
      {empty ? (
        <span className={css.searchKey} aria-hidden>
          <Kbd>/</Kbd>
        </span>
      ) : (
        <IconButton
          label="Clear the search"
          onClick={() => {
            setTyped("");
            put("");
            field.current?.focus();
          }}
        >
          <X />
        </IconButton>
      )}
    </search>
  );
}
