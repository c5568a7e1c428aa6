import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { changePasswordMutation } from "@/api/@tanstack/react-query.gen";
import { useMe } from "@/data/me";
import { Button, Facts, Moment, Mono, Panel, Problem, TextField, tell } from "@/design";
import css from "./settings.module.css";
import { ROLES, scopeWords } from "./words";

/** Who is signed in, and their own password. */
export function AccountTab() {
  const { member, key, author, scopes, expires_at: expiresAt } = useMe();
  return (
    <>
      <Panel title="Signed in">
        <Facts
          rows={[
            member ? ["Member", `${member.display_name} (${member.name})`] : ["API key", key?.name],
            member && ["Role", ROLES.find(({ value }) => value === member.role)?.label],
            key && ["Key", <Mono key="hint">{key.hint}</Mono>],
            ["Your access", scopeWords(scopes)],
            ["Your labels are kept under", author],
            expiresAt !== null && ["Session ends", <Moment key="ends" at={expiresAt} />],
          ]}
        />
      </Panel>
      {member && <PasswordPanel />}
    </>
  );
}

const NOTHING = { current: "", fresh: "", again: "" };

function PasswordPanel() {
  const [typed, setTyped] = useState(NOTHING);
  const change = useMutation({
    ...changePasswordMutation(),
    onSuccess: () => {
      setTyped(NOTHING);
      tell.done("Your password is changed; your other sessions have ended");
    },
  });
  const put = (changed: Partial<typeof NOTHING>) => setTyped((before) => ({ ...before, ...changed }));
  const { current, fresh, again } = typed;
  const differ = again !== "" && again !== fresh;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ body: { current, new: fresh } });
  };
  return (
    <Panel title="Change your password" note="ends your other sessions">
      <form className={css.form} onSubmit={submit}>
        <TextField
          label="Password as it is"
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={(event) => put({ current: event.target.value })}
        />
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          help="12 to 256 characters."
          value={fresh}
          onChange={(event) => put({ fresh: event.target.value })}
        />
        <TextField
          label="New password, once more"
          type="password"
          autoComplete="new-password"
          error={differ ? "Not the same." : null}
          value={again}
          onChange={(event) => put({ again: event.target.value })}
        />
        {change.error && <Problem error={change.error} />}
        <div className={css.deeds}>
          <Button
            type="submit"
            look="primary"
            disabled={current === "" || fresh === "" || again !== fresh || change.isPending}
          >
            Change the password
          </Button>
        </div>
      </form>
    </Panel>
  );
}
