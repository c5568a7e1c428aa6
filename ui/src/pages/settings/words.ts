/** Keys, scopes and roles in words. */

import type { KeyRow, Role, Scope } from "@/api";

export const ROLES: readonly { value: Role; label: string; note: string }[] = [
  { value: "admin", label: "Admin", note: "all, with keys and members" },
  { value: "member", label: "Member", note: "reads and writes" },
  { value: "viewer", label: "Viewer", note: "reads" },
];

/** "reads and writes": what somebody with some scopes may do. */
export function scopeWords(scopes: readonly Scope[]): string {
  if (scopes.includes("admin")) return "does everything, making keys and members included";
  const words = [scopes.includes("read") && "reads", scopes.includes("write") && "writes"].filter(Boolean);
  return words.join(" and ") || "does nothing";
}

const MEMBER = "member:";

/** Who made a key or a member, as it is kept: a key by its name, where it is known. */
export function makerName(
  maker: string,
  keys: readonly Pick<KeyRow, "id" | "api_key_name">[],
  members: readonly { id: string; name: string }[] = [],
): string {
  if (maker === "cli") return "command line";
  if (maker === "bootstrap") return "first start";
  if (maker.startsWith(MEMBER)) {
    const id = maker.slice(MEMBER.length);
    return members.find((one) => one.id === id)?.name ?? "a member";
  }
  const key = keys.find(({ id }) => id === maker);
  return key ? `key ${key.api_key_name}` : "a key";
}
