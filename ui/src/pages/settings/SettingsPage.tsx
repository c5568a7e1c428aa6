import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMay } from "@/data/me";
import { Page, Tabs } from "@/design";
import { AccountTab } from "./AccountTab";
import { KeysTab } from "./KeysTab";
import { MembersTab } from "./MembersTab";
import { OrganizationTab } from "./OrganizationTab";
import { RetentionTab } from "./RetentionTab";
import type { SettingsTab } from "./search";
import css from "./settings.module.css";

const route = getRouteApi("/shell/settings");

interface Face {
  value: SettingsTab;
  label: string;
  content: ReactNode;
  /** Whether only those who may administer have anything there. */
  admin?: boolean;
}

const FACES: readonly Face[] = [
  { value: "organization", label: "Organisation", content: <OrganizationTab /> },
  { value: "keys", label: "API keys", content: <KeysTab />, admin: true },
  { value: "members", label: "Members", content: <MembersTab />, admin: true },
  { value: "retention", label: "Retention", content: <RetentionTab /> },
  { value: "account", label: "Your account", content: <AccountTab /> },
];

/** What is set once: the organisation, who gets in, and with which keys. */
export function SettingsPage() {
  const { tab = "organization" } = route.useSearch();
  const navigate = route.useNavigate();
  const administers = useMay("admin");
  const faces = FACES.filter(({ admin }) => administers || !admin);
  return (
    <Page title="Settings">
      <Tabs<SettingsTab>
        value={faces.some(({ value }) => value === tab) ? tab : "organization"}
        onChange={(chosen) =>
          void navigate({ search: (kept) => ({ ...kept, tab: chosen === "organization" ? undefined : chosen }) })
        }
        tabs={faces.map(({ value, label, content }) => ({
          value,
          label,
          content: <div className={css.tab}>{content}</div>,
        }))}
      />
    </Page>
  );
}
