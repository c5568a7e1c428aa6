import { useNavigate, useSearch } from "@tanstack/react-router";
import type { CallSort, CallSortKey } from "@/api";
import { NEWEST_FIRST, type RequestsSearch, readSort, writeSort } from "../search";

/** The order of the table, and how to change it: pressed once the largest first, then the smallest. */
export function useSort(): { sort: CallSort; press: (key: CallSortKey) => void } {
  const { sort: written }: RequestsSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const sort = readSort(written) ?? NEWEST_FIRST;
  const press = (key: CallSortKey) => {
    const next: CallSort = { key, ascending: sort.key === key ? !sort.ascending : false };
    // The live tail adds at the top, where only the newest belong.
    void navigate({ to: ".", search: (kept) => ({ ...kept, sort: writeSort(next), live: undefined }) });
  };
  return { sort, press };
}
