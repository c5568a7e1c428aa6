import { useQueryClient } from "@tanstack/react-query";
import { ChevronsUpDown, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { signOut, useMe } from "@/data/me";
import { setTheme } from "@/data/theme";
import { Menu } from "@/design";
import css from "./shell.module.css";

/** Who is signed in, and what they can change from anywhere. */
export function AccountMenu() {
  const me = useMe();
  const queries = useQueryClient();
  return (
    <Menu
      trigger={
        <button type="button" className={css.account}>
          <span className={css.accountText}>
            <strong>{me.organization.name}</strong>
            <span>{me.author}</span>
          </span>
          <ChevronsUpDown aria-hidden />
        </button>
      }
      deeds={[
        { label: "Light", icon: <Sun />, onSelect: () => setTheme("light") },
        { label: "Dark", icon: <Moon />, onSelect: () => setTheme("dark") },
        { label: "As the system", icon: <Monitor />, onSelect: () => setTheme("system") },
        null,
        { label: "Sign out", icon: <LogOut />, onSelect: () => void signOut(queries) },
      ]}
    />
  );
}
