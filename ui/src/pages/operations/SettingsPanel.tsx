import { useState } from "react";
import type { SettingStatus } from "@/api";
import { Badge, Mono, Panel, Switch, Table } from "@/design";
import css from "./operations.module.css";

/** How the server was started; what is not as by default stands first in sight. */
export function SettingsPanel({ settings }: { settings: readonly SettingStatus[] }) {
  const [all, setAll] = useState(false);
  const changed = settings.filter(({ value, default: usual, secret }) => secret || value !== usual);
  return (
    <Panel
      title="Settings of the server"
      note="from its environment and options, read at the start"
      flush
      actions={<Switch label="Those as by default, too" checked={all} onChange={setAll} />}
    >
      <Table
        label="Settings"
        rows={all ? settings : changed}
        keyOf={({ name }) => name}
        columns={[
          {
            key: "name",
            title: "Setting",
            cell: ({ name, help }) => (
              <div className={css.setting}>
                <Mono>{name}</Mono>
                <span>{help}</span>
              </div>
            ),
          },
          {
            key: "value",
            title: "Value",
            cell: ({ value, secret }) =>
              secret ? <Badge>secret</Badge> : <Mono>{value === "" || value === null ? "–" : String(value)}</Mono>,
          },
        ]}
      />
    </Panel>
  );
}
