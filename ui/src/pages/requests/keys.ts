/** Keys of a page: which one was pressed, and whether it was meant for the page at all. */

import { useEffect, useRef } from "react";

type KeyPress = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "defaultPrevented" | "target">;

/** The key that a press means to the page; null where it belongs to a field, a menu or the browser. */
export function pageKey(press: KeyPress): string | null {
  if (press.defaultPrevented || press.ctrlKey || press.metaKey || press.altKey) return null;
  const at = press.target instanceof Element ? press.target : null;
  if (at?.closest("input, textarea, select, [contenteditable], [role=menu], [role=listbox], [role=alertdialog]")) {
    return null;
  }
  // Whatever stands above the page has the keys to itself; a sheet beside it does not.
  if (at?.closest("[role=dialog]:not([data-beside])")) return null;
  if (at?.closest("[data-beside]") && press.key.startsWith("Arrow")) return null;
  const presses = at?.closest("button, a[href], summary, [role=button], [role=tab], [role=separator]");
  if (presses && ["Enter", " ", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].includes(press.key)) return null;
  return press.key;
}

export type KeyMap = Readonly<Record<string, () => void>>;

/** Calls what stands under a key while the page is shown. */
export function usePageKeys(map: KeyMap): void {
  const now = useRef(map);
  now.current = map;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const key = pageKey(event);
      const deed = key === null ? undefined : now.current[key];
      if (!deed) return;
      event.preventDefault();
      deed();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
