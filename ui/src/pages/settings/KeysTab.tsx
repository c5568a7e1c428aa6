import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import type { KeyRow, MadeKey, Scope } from "@/api";
import { deleteApiKeyMutation, getApiKeysOptions } from "@/api/@tanstack/react-query.gen";
import { useMe } from "@/data/me";
import {
  Answered,
  Badge,
  Button,
  type Column,
  Confirm,
  Empty,
  Moment,
  Mono,
  Panel,
  Switch,
  Table,
  type Tone,
  tell,
} from "@/design";
import { oneLine } from "@/format/texts";
import { useNarrow } from "../requests/useNarrow";
import { KeyDialog } from "./KeyDialog";
import { Secret } from "./Secret";
import css from "./settings.module.css";
import { makerName, scopeWords } from "./words";

/** The organisation's keys: made, listed, revoked. */
export function KeysTab() {
  const keys = useQuery(getApiKeysOptions());
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<MadeKey | null>(null);
  const [doomed, setDoomed] = useState<KeyRow | null>(null);
  const [revoked, setRevoked] = useState(false);
  return (
    <>
      <Panel
        title="API keys"
        note="whoever sends one reads or writes for this organisation"
        flush
        actions={
          <>
            <Switch label="Revoked, too" checked={revoked} onChange={setRevoked} />
            <Button look="primary" onClick={() => setMaking(true)}>
              <Plus aria-hidden />
              New key
            </Button>
          </>
        }
      >
        <Answered query={keys} height="12rem">
          {({ data }) => <List keys={data.filter((key) => revoked || !key.soft_delete)} onRevoke={setDoomed} />}
        </Answered>
      </Panel>
      {making && <KeyDialog onClose={() => setMaking(false)} onMade={setMade} />}
      {made && (
        <Secret
          title="Your new key"
          text={`It ${scopeWords(made.scopes ?? [])}.`}
          secret={made.apiKey}
          copy="Copy the key"
          onClose={() => setMade(null)}
        />
      )}
      <Revocation doomed={doomed} onClose={() => setDoomed(null)} />
    </>
  );
}

const TONES: Record<Scope, Tone> = { read: "plain", write: "accent", admin: "warn" };

function List({ keys, onRevoke }: { keys: readonly KeyRow[]; onRevoke: (key: KeyRow) => void }) {
  const me = useMe();
  const narrow = useNarrow();
  if (keys.length === 0) {
    return <Empty icon={<KeyRound size={28} aria-hidden />} title="No key works" />;
  }
  const columns: Column<KeyRow>[] = [
    {
      key: "name",
      title: "Name",
      cell: (key) => (
        <div className={css.name}>
          <bdi>{oneLine(key.api_key_name)}</bdi>
          {narrow && <span className={css.nowrap}>{key.hint}</span>}
          {key.id === me.key?.id && <span>you are signed in with it</span>}
        </div>
      ),
    },
    { key: "hint", title: "Key", cell: ({ hint }) => <Mono>{hint}</Mono> },
    { key: "scopes", title: "May", cell: ({ scopes }) => <Scopes of={scopes} /> },
    { key: "made", title: "Made", cell: ({ created_at }) => <Moment at={created_at} /> },
    { key: "by", title: "By", cell: ({ created_by }) => makerName(created_by, keys) },
    {
      key: "deeds",
      title: <span className="visually-hidden">Revoke</span>,
      align: "end",
      cell: (key) => <RevokeButton of={key} onRevoke={onRevoke} />,
    },
  ];
  return (
    <Table
      label="API keys"
      rows={keys}
      keyOf={({ id }) => id}
      columns={columns.filter(({ key }) => !narrow || NARROW.includes(key))}
    />
  );
}

const NARROW: readonly string[] = ["name", "scopes", "deeds"];

function Scopes({ of }: { of: readonly Scope[] }) {
  return (
    <span className={css.badges}>
      {of.map((scope) => (
        <Badge key={scope} tone={TONES[scope]}>
          {scope}
        </Badge>
      ))}
    </span>
  );
}

function RevokeButton({ of, onRevoke }: { of: KeyRow; onRevoke: (key: KeyRow) => void }) {
  if (of.revoked_at) {
    return (
      <span className={css.quiet}>
        revoked <Moment at={of.revoked_at} relative />
      </span>
    );
  }
  return (
    <Button look="danger" aria-label={`Revoke ${of.api_key_name}`} onClick={() => onRevoke(of)}>
      Revoke
    </Button>
  );
}

function Revocation({ doomed, onClose }: { doomed: KeyRow | null; onClose: () => void }) {
  const me = useMe();
  const queries = useQueryClient();
  const revoke = useMutation({
    ...deleteApiKeyMutation(),
    onSuccess: () => {
      tell.done("The key is revoked");
      return queries.invalidateQueries();
    },
    onError: tell.problem,
  });
  const own = doomed !== null && doomed.id === me.key?.id;
  return (
    <Confirm
      open={doomed !== null}
      onOpenChange={(is) => !is && onClose()}
      title={`Revoke ${doomed?.api_key_name ?? ""}?`}
      text={
        <>
          Whatever sends it is refused within a second, for good; sessions that it began end, too. What it has written
          stays. {own && <strong>You are signed in with this key, and will be signed out.</strong>}
        </>
      }
      deed="Revoke the key"
      danger
      onConfirm={() => doomed && revoke.mutate({ path: { api_key_id: doomed.id } })}
    />
  );
}
