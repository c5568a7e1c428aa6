import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, KeyRound, Pencil, Trash2, UserPlus, Users } from "lucide-react";
import { useState } from "react";
import type { Member, Role } from "@/api";
import { changeMemberMutation, listMembersOptions, removeMemberMutation } from "@/api/@tanstack/react-query.gen";
import { useMe } from "@/data/me";
import {
  Answered,
  Button,
  type Column,
  Confirm,
  Empty,
  IconButton,
  Menu,
  Moment,
  Panel,
  Select,
  Table,
  tell,
} from "@/design";
import { oneLine } from "@/format/texts";
import { useNarrow } from "../requests/useNarrow";
import { MemberDialog, PasswordDialog, RenameDialog } from "./MemberDialogs";
import { Secret } from "./Secret";
import css from "./settings.module.css";
import { ROLES } from "./words";

type Doing = { deed: "rename" | "password" | "remove"; member: Member } | { deed: "add" } | null;

/** Who signs in with a name and a password, and what each may do. */
export function MembersTab() {
  const members = useQuery(listMembersOptions());
  const [doing, setDoing] = useState<Doing>(null);
  const [made, setMade] = useState<{ name: string; password: string } | null>(null);
  const close = () => setDoing(null);
  const add = (
    <Button look="primary" onClick={() => setDoing({ deed: "add" })}>
      <UserPlus aria-hidden />
      Add a member
    </Button>
  );
  return (
    <>
      <Panel title="Members" note="people who sign in with a name and a password" flush actions={add}>
        <Answered query={members} height="12rem">
          {({ data }) => <List members={data} onDoing={setDoing} />}
        </Answered>
      </Panel>
      {doing?.deed === "add" && <MemberDialog onClose={close} onMade={setMade} />}
      {doing?.deed === "password" && <PasswordDialog member={doing.member} onClose={close} onMade={setMade} />}
      {doing?.deed === "rename" && <RenameDialog member={doing.member} onClose={close} />}
      <Removal member={doing?.deed === "remove" ? doing.member : null} onClose={close} />
      {made && (
        <Secret
          title={`The password of ${made.name}`}
          text={`${made.name} signs in with it, and can then change it in the settings.`}
          secret={made.password}
          copy="Copy the password"
          onClose={() => setMade(null)}
        />
      )}
    </>
  );
}

const SINCE: Column<Member> = { key: "since", title: "Since", cell: ({ created_at }) => <Moment at={created_at} /> };

function List({ members, onDoing }: { members: readonly Member[]; onDoing: (doing: Doing) => void }) {
  const me = useMe();
  const narrow = useNarrow();
  if (members.length === 0) {
    return (
      <Empty icon={<Users size={28} aria-hidden />} title="No members yet">
        Until now everybody signs in with an API key. Members have a name of their own on what they label and change.
      </Empty>
    );
  }
  return (
    <Table
      label="Members"
      rows={members}
      keyOf={({ id }) => id}
      columns={[
        {
          key: "name",
          title: "Name",
          cell: (member) => (
            <div className={css.name}>
              <bdi>{oneLine(member.display_name)}</bdi>
              <span>
                signs in as {oneLine(member.name)}
                {member.id === me.member?.id && " · you"}
              </span>
            </div>
          ),
        },
        { key: "role", title: "Role", cell: (member) => <RoleChoice member={member} /> },
        ...(narrow ? [] : [SINCE]),
        {
          key: "deeds",
          title: <span className="visually-hidden">Change</span>,
          align: "end",
          cell: (member) => <MemberMenu member={member} onDoing={onDoing} />,
        },
      ]}
    />
  );
}

function MemberMenu({ member, onDoing }: { member: Member; onDoing: (doing: Doing) => void }) {
  return (
    <Menu
      trigger={
        <IconButton label={`Change ${member.name}`}>
          <Ellipsis />
        </IconButton>
      }
      deeds={[
        { label: "Change the display name", icon: <Pencil />, onSelect: () => onDoing({ deed: "rename", member }) },
        { label: "Reset the password", icon: <KeyRound />, onSelect: () => onDoing({ deed: "password", member }) },
        null,
        {
          label: "Remove from the organisation",
          icon: <Trash2 />,
          onSelect: () => onDoing({ deed: "remove", member }),
        },
      ]}
    />
  );
}

/** A role counts as soon as it is chosen; the last admin keeps theirs, which the server says. */
function RoleChoice({ member }: { member: Member }) {
  const queries = useQueryClient();
  const change = useMutation({
    ...changeMemberMutation(),
    onSuccess: ({ data }) => {
      tell.done(`${data.display_name} is ${data.role === "admin" ? "an admin" : `a ${data.role}`} now`);
      return queries.invalidateQueries();
    },
    onError: tell.problem,
  });
  return (
    <Select<Role>
      label={`Role of ${member.name}`}
      value={member.role}
      options={ROLES}
      onChange={(role) => role !== member.role && change.mutate({ path: { member_id: member.id }, body: { role } })}
    />
  );
}

function Removal({ member, onClose }: { member: Member | null; onClose: () => void }) {
  const queries = useQueryClient();
  const removal = useMutation({
    ...removeMemberMutation(),
    onSuccess: () => {
      tell.done("The member is removed");
      return queries.invalidateQueries();
    },
    onError: tell.problem,
  });
  return (
    <Confirm
      open={member !== null}
      onOpenChange={(is) => !is && onClose()}
      title={`Remove ${member?.display_name ?? ""}?`}
      text="They are signed out everywhere within a second, and cannot sign in again. What they wrote stays."
      deed="Remove the member"
      danger
      onConfirm={() => member && removal.mutate({ path: { member_id: member.id } })}
    />
  );
}
