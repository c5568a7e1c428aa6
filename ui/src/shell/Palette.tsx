import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { useMe } from "@/data/me";
import { setTheme } from "@/data/theme";
import controls from "@/design/controls.module.css";
import { placesFor } from "./navigation";
import css from "./shell.module.css";

const OPEN = "helicorder:palette";

/** Opens the palette, from a button or a page. */
export function openPalette(): void {
  window.dispatchEvent(new Event(OPEN));
}

interface Command {
  value: string;
  label: string;
  words: string;
  icon: ReactNode;
  run: () => void;
}

/** Everything one can go to or do, found by typing. */
export function Palette() {
  const [open, setOpen] = useState(false);
  const commands = useCommands();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOpen((is) => !is);
    };
    const onOpen = () => setOpen(true);
    window.addEventListener("keydown", onKey);
    window.addEventListener(OPEN, onOpen);
    return () => {
      window.removeEventListener("keydown", onKey);
      window.removeEventListener(OPEN, onOpen);
    };
  }, []);
  const run = (command: Command) => {
    setOpen(false);
    command.run();
  };
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className={controls.backdrop} />
        <Dialog.Popup className={css.palette} aria-label="Go to">
          <Autocomplete.Root
            items={commands}
            open
            inline
            autoHighlight="always"
            itemToStringValue={(command: Command) => `${command.label} ${command.words}`}
          >
            <Autocomplete.Input
              className={css.paletteInput}
              placeholder="Where to, or what to do?"
              aria-label="Command"
            />
            <Autocomplete.Empty className={controls.empty}>Nothing is called that.</Autocomplete.Empty>
            <Autocomplete.List className={css.paletteList}>
              {(command: Command) => (
                <Autocomplete.Item
                  key={command.value}
                  value={command}
                  className={controls.item}
                  onClick={() => run(command)}
                >
                  {command.icon}
                  <span className={controls.itemText}>{command.label}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function useCommands(): Command[] {
  const navigate = useNavigate();
  const { scopes } = useMe();
  return useMemo(
    () => [
      ...placesFor(scopes).flatMap((group) =>
        group.places.map((place) => ({
          value: place.to,
          label: place.label,
          words: `${group.label ?? ""} ${place.words ?? ""}`,
          icon: <place.icon aria-hidden />,
          run: () => void navigate({ to: place.to }),
        })),
      ),
      ...(["light", "dark", "system"] as const).map((theme) => ({
        value: theme,
        label: `Theme: ${theme}`,
        words: "appearance colours mode",
        icon: null,
        run: () => setTheme(theme),
      })),
    ],
    [navigate, scopes],
  );
}
