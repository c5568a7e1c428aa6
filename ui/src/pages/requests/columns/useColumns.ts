import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo } from "react";
import type { RequestsSearch } from "../search";
import { type CallColumn, columnFor } from "./catalogue";
import { asChosen, type ColumnChoice, idOf, keepColumns, keptColumns, USUAL } from "./choice";

export interface Columns {
  choices: readonly ColumnChoice[];
  /** The chosen ones that there are, in their order. */
  shown: readonly CallColumn[];
  put: (choices: readonly ColumnChoice[]) => void;
}

/** The columns of the address; where it names none, those that this browser keeps, which the address then names. */
export function useColumns(): Columns {
  const { columns }: RequestsSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const put = useCallback(
    (chosen: readonly ColumnChoice[]) => {
      const next = asChosen(chosen);
      keepColumns(next);
      void navigate({ to: ".", replace: true, search: (kept) => ({ ...kept, columns: next }) });
    },
    [navigate],
  );
  useEffect(() => {
    const kept = columns ? undefined : keptColumns();
    if (kept) void navigate({ to: ".", replace: true, search: (before) => ({ ...before, columns: kept }) });
  }, [columns, navigate]);
  return useMemo(() => {
    const choices = columns ?? USUAL;
    return { choices, put, shown: choices.flatMap((choice) => columnFor(idOf(choice)) ?? []) };
  }, [columns, put]);
}
