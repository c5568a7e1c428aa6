import { Dialog } from "@base-ui/react/dialog";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { Menu as MenuIcon, Search } from "lucide-react";
import { useEffect, useState } from "react";
import { useMe } from "@/data/me";
import { IconButton, Kbd } from "@/design";
import { AccountMenu } from "./AccountMenu";
import { Logo } from "./Logo";
import { placesFor } from "./navigation";
import { openPalette, Palette } from "./Palette";
import css from "./shell.module.css";

/** The frame around every page: where one can go on the left, the page beside it. */
export function Shell() {
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#page">
        Skip to the page
      </a>
      <aside className={css.sidebar}>
        <Sidebar />
      </aside>
      <NarrowBar />
      <main id="page" className={css.main} tabIndex={-1}>
        <Outlet />
      </main>
      <Palette />
    </div>
  );
}

function Sidebar() {
  const { scopes } = useMe();
  return (
    <>
      <div className={css.brand}>
        <Logo />
        <span>Helicorder</span>
      </div>
      <button type="button" className={css.search} onClick={openPalette}>
        <Search aria-hidden />
        <span>Go to…</span>
        <Kbd>{/Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl K"}</Kbd>
      </button>
      <nav aria-label="Pages" className={css.nav}>
        {placesFor(scopes).map((group) => (
          <div key={group.label ?? ""} className={css.group}>
            {group.label && <h2 className={css.groupLabel}>{group.label}</h2>}
            <ul>
              {group.places.map((place) => (
                <li key={place.to}>
                  <Link to={place.to} className={css.place} activeProps={{ "aria-current": "page" }}>
                    <place.icon aria-hidden />
                    {place.label}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <AccountMenu />
    </>
  );
}

/** On narrow screens the sidebar waits behind a button. */
function NarrowBar() {
  const [open, setOpen] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: going somewhere closes it
  useEffect(() => setOpen(false), [path]);
  return (
    <header className={css.narrow}>
      <Dialog.Root open={open} onOpenChange={setOpen}>
        <Dialog.Trigger
          render={
            <IconButton label="Menu">
              <MenuIcon />
            </IconButton>
          }
        />
        <Dialog.Portal>
          <Dialog.Backdrop className={css.backdrop} />
          <Dialog.Popup className={css.drawer} aria-label="Menu">
            <Sidebar />
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
      <Logo />
      <span className={css.narrowName}>Helicorder</span>
      <IconButton label="Go to…" onClick={openPalette}>
        <Search />
      </IconButton>
    </header>
  );
}
