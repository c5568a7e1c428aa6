import { useQuery } from "@tanstack/react-query";
import { Hash } from "lucide-react";
import { useState } from "react";
import { queryCallsOptions } from "@/api/@tanstack/react-query.gen";
import { Button } from "@/design";
import { count } from "@/format/numbers";
import css from "./page.module.css";
import { useAsked } from "./question";

/** How many requests there are in all: counted when somebody wants to know, since that reads them all. */
export function CountButton() {
  const asked = useAsked();
  const question = JSON.stringify(asked);
  const [wanted, setWanted] = useState<string | null>(null);
  const counted = useQuery({
    ...queryCallsOptions({ body: { ...asked, limit: 1, previews: false, count: true } }),
    enabled: wanted === question,
    select: ({ data }) => data.count,
  });
  if (wanted === question && counted.data != null) {
    return (
      <output className={css.counted}>
        <strong>{count(counted.data)}</strong> {counted.data === 1 ? "request" : "requests"}
      </output>
    );
  }
  return (
    <Button look="quiet" onClick={() => setWanted(question)} disabled={wanted === question && counted.isPending}>
      <Hash aria-hidden />
      {wanted === question && counted.isPending ? "Counting…" : counted.error ? "Count again" : "Count"}
    </Button>
  );
}
