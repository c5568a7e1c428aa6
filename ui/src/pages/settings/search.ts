/** What the address of the settings may say. */

export const SETTINGS_TABS = ["organization", "keys", "members", "retention", "account"] as const;
export type SettingsTab = (typeof SETTINGS_TABS)[number];

export interface SettingsSearch {
  tab?: SettingsTab;
}

export function readSettings(raw: Record<string, unknown>): SettingsSearch {
  const tab = SETTINGS_TABS.find((one) => one === raw.tab);
  return tab ? { tab } : {};
}
