import { useMutation } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { createApiKeyMutation } from "@/api/@tanstack/react-query.gen";
import { useMay } from "@/data/me";
import { Button, CopyButton, Mono, Problem } from "@/design";
import css from "./guide.module.css";

/** A key for the snippets: made here by whoever may, shown once, and held by this page alone. */
export function MakeKey({ made, onMade }: { made: string | null; onMade: (key: string) => void }) {
  const may = useMay("admin");
  const make = useMutation({ ...createApiKeyMutation(), onSuccess: ({ apiKey }) => onMade(apiKey) });
  if (made !== null) {
    return (
      <div className={css.key}>
        <p>
          <strong>Your key.</strong> It stands in the snippets below, and is shown this once: put it where it is safe.
        </p>
        <p className={css.secret}>
          <Mono>{made}</Mono>
          <CopyButton text={made} label="Copy the key" />
        </p>
      </div>
    );
  }
  if (!may) {
    return (
      <p className={css.key}>
        Put your key where <Mono>sk-helicone-…</Mono> stands. Only an admin can make one.
      </p>
    );
  }
  return (
    <div className={css.key}>
      <p>
        A key tells whose calls these are. Make one here, or put one that you have where <Mono>sk-helicone-…</Mono>{" "}
        stands.
      </p>
      <Button
        look="primary"
        disabled={make.isPending}
        onClick={() => make.mutate({ body: { api_key_name: "first call", key_permissions: "rw" } })}
      >
        <KeyRound aria-hidden />
        {make.isPending ? "Making…" : "Make a key"}
      </Button>
      {make.error && <Problem error={make.error} />}
    </div>
  );
}
