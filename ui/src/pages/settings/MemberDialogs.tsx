import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import type { Member, Role } from "@/api";
import {
  changeMemberMutation,
  createMemberMutation,
  listMembersQueryKey,
  resetPasswordMutation,
} from "@/api/@tanstack/react-query.gen";
import { Button, Dialog, Field, Problem, Segments, Switch, TextField, tell } from "@/design";
import css from "./settings.module.css";
import { ROLES } from "./words";

interface DialogProps {
  onClose: () => void;
  /** Called with a password that was made: nobody is told it again. */
  onMade: (made: { name: string; password: string }) => void;
}

/** Makes a member, with a password that is made here unless one is typed. */
export function MemberDialog({ onClose, onMade }: DialogProps) {
  const [name, setName] = useState("");
  const [displayName, setDisplayName] = useState("");
  const [role, setRole] = useState<Role>("member");
  const [password, setPassword] = useState<string | null>(null);
  const queries = useQueryClient();
  const make = useMutation({
    ...createMemberMutation(),
    onSuccess: ({ data }) => {
      onClose();
      if (data.password !== null) onMade({ name: data.member.name, password: data.password });
      else tell.done(`${data.member.display_name} can sign in`);
      return queries.invalidateQueries({ queryKey: listMembersQueryKey() });
    },
  });
  return (
    <FormDialog
      title="Add a member"
      deed="Add the member"
      ready={name.trim() !== "" && isPassword(password)}
      busy={make.isPending}
      error={make.error}
      onClose={onClose}
      onSubmit={() => make.mutate({ body: { name: name.trim(), display_name: displayName.trim(), role, password } })}
    >
      <TextField
        label="Name to sign in with"
        autoComplete="off"
        placeholder="ana"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label="Display name"
        placeholder="Ana Lima (may stay empty)"
        autoComplete="off"
        value={displayName}
        onChange={(event) => setDisplayName(event.target.value)}
      />
      <Field label="Role" help={ROLES.find(({ value }) => value === role)?.note}>
        <Segments<Role> label="Role" value={role} options={ROLES} onChange={setRole} />
      </Field>
      <PasswordFields password={password} onChange={setPassword} />
    </FormDialog>
  );
}

/** Gives a member another password, which ends all their sessions. */
export function PasswordDialog({ member, onClose, onMade }: DialogProps & { member: Member }) {
  const [password, setPassword] = useState<string | null>(null);
  const reset = useMutation({
    ...resetPasswordMutation(),
    onSuccess: ({ data }) => {
      onClose();
      if (data.password !== null) onMade({ name: member.name, password: data.password });
      else tell.done("The password is changed; their sessions have ended");
    },
  });
  return (
    <FormDialog
      title={`Reset the password of ${member.display_name}`}
      text="Their sessions end, and they sign in with the new one."
      deed="Reset the password"
      ready={isPassword(password)}
      busy={reset.isPending}
      error={reset.error}
      onClose={onClose}
      onSubmit={() => reset.mutate({ path: { member_id: member.id }, body: { password } })}
    >
      <PasswordFields password={password} onChange={setPassword} />
    </FormDialog>
  );
}

/** How a member is shown; the name that they sign in with stays. */
export function RenameDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const [name, setName] = useState(member.display_name);
  const queries = useQueryClient();
  const change = useMutation({
    ...changeMemberMutation(),
    onSuccess: () => {
      onClose();
      return queries.invalidateQueries();
    },
  });
  return (
    <FormDialog
      title="Change the display name"
      deed="Save"
      ready={name.trim() !== ""}
      busy={change.isPending}
      error={change.error}
      onClose={onClose}
      onSubmit={() => change.mutate({ path: { member_id: member.id }, body: { display_name: name.trim() } })}
    >
      <TextField label="Display name" value={name} onChange={(event) => setName(event.target.value)} />
    </FormDialog>
  );
}

const SHORTEST = 12;
const LONGEST = 256;

function isPassword(password: string | null): boolean {
  return password === null || (password.length >= SHORTEST && password.length <= LONGEST);
}

function PasswordFields(props: { password: string | null; onChange: (password: string | null) => void }) {
  const { password, onChange } = props;
  return (
    <>
      <Switch
        label="Make a password, shown once"
        checked={password === null}
        onChange={(made) => onChange(made ? null : "")}
      />
      {password !== null && (
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          help={`${SHORTEST} to ${LONGEST} characters.`}
          value={password}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </>
  );
}

interface FormDialogProps {
  title: string;
  text?: string;
  deed: string;
  ready: boolean;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onSubmit: () => void;
  children: ReactNode;
}

function FormDialog({ title, text, deed, ready, busy, error, onClose, onSubmit, children }: FormDialogProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !busy) onSubmit();
  };
  return (
    <Dialog open onOpenChange={(is) => !is && onClose()} title={title} text={text}>
      <form className={css.form} onSubmit={submit}>
        {children}
        {error != null && <Problem error={error} />}
        <div className={css.deeds}>
          <Button type="submit" look="primary" disabled={!ready || busy}>
            {deed}
          </Button>
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
