import { ContextMenu } from "@base-ui/react/context-menu";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { Braces, Copy, ExternalLink, Filter, FilterX, Link2, PanelRight } from "lucide-react";
import { type ReactElement, type ReactNode, useState } from "react";
import type { CallRecord } from "@/api";
import { type Condition, NOTHING_ASKED } from "@/data/filter";
import { copy, tell } from "@/design";
import controls from "@/design/controls.module.css";
import { sentence } from "@/filter/vocabulary";
import { shown } from "@/format/texts";
import { type CallColumn, columnFor, NARROWING } from "../columns/catalogue";
import type { Columns } from "../columns/useColumns";
import { copyCurl } from "../curl";
import type { RequestsSearch } from "../search";
import type { Rows } from "./CallGrid";

interface MenuProps {
  rows: Rows;
  columns: Columns;
  cursor: number | null;
  onOpen: (index: number) => void;
  children: ReactElement;
}

interface Cell {
  call: CallRecord;
  index: number;
  column: CallColumn | null;
}

/** What can be done with a cell: narrow the table to its value, or to all others; copy it, open its request. */
export function CellMenu({ rows, columns, cursor, onOpen, children }: MenuProps) {
  const [cell, setCell] = useState<Cell | null>(null);
  const pressed = (event: React.MouseEvent) => {
    const at = event.target as Element;
    const row = at.closest<HTMLElement>("[data-index]");
    // The key for this menu is pressed on the grid, not on a row: it means the row that the keys stand on.
    const index = row ? Number(row.dataset.index) : cursor;
    const call = index === null ? undefined : rows.at(index);
    const id = at.closest<HTMLElement>("[data-column]")?.dataset.column;
    setCell(
      call && index !== null ? { call, index, column: columns.shown.find((one) => one.id === id) ?? null } : null,
    );
  };
  return (
    <ContextMenu.Root>
      <ContextMenu.Trigger render={children} onContextMenuCapture={pressed} />
      <ContextMenu.Portal>
        <ContextMenu.Positioner className={controls.positioner}>
          <ContextMenu.Popup className={controls.popup}>
            {cell ? <Deeds cell={cell} onOpen={onOpen} /> : <p className={controls.empty}>No request stands here.</p>}
          </ContextMenu.Popup>
        </ContextMenu.Positioner>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}

function Deeds({ cell: { call, index, column }, onOpen }: { cell: Cell; onOpen: (index: number) => void }) {
  const narrow = useNarrowing();
  const router = useRouter();
  const address = router.buildLocation({
    to: "/requests/$requestId",
    params: { requestId: call.request_id },
    search: { at: call.created_at },
  }).href;
  const own = column?.condition?.(call);
  // Of a cell that cannot be asked for, what a row is mostly narrowed by.
  const offered = own
    ? [own]
    : NARROWING.flatMap((id) => {
        const found = columnFor(id)?.condition?.(call);
        return found ? [found] : [];
      });
  return (
    <>
      {offered.map((condition) => (
        <Deed key={`only ${sentence(condition)}`} icon={<Filter />} onClick={() => narrow(condition)}>
          Only where {shown(sentence(condition))}
        </Deed>
      ))}
      {own && (
        <Deed icon={<FilterX />} onClick={() => narrow({ ...own, operator: "not-equals" })}>
          Only where {shown(sentence({ ...own, operator: "not-equals" }))}
        </Deed>
      )}
      <ContextMenu.Separator className={controls.separator} />
      <Deed icon={<PanelRight />} onClick={() => onOpen(index)}>
        Open
      </Deed>
      <Deed icon={<ExternalLink />} onClick={() => window.open(address, "_blank", "noopener")}>
        Open in a new tab
      </Deed>
      <ContextMenu.Separator className={controls.separator} />
      {column && (
        <Deed icon={<Copy />} onClick={() => void copied(column.text(call), "Copied.")}>
          Copy “{column.title}”
        </Deed>
      )}
      <Deed icon={<Link2 />} onClick={() => void copied(window.location.origin + address, "The link is copied.")}>
        Copy link
      </Deed>
      <Deed icon={<Braces />} onClick={() => void copyCurl(call)}>
        Copy as curl
      </Deed>
    </>
  );
}

function Deed({ icon, onClick, children }: { icon: ReactNode; onClick: () => void; children: ReactNode }) {
  return (
    <ContextMenu.Item className={controls.item} onClick={onClick}>
      {icon}
      <span className={controls.itemText}>{children}</span>
    </ContextMenu.Item>
  );
}

async function copied(text: string, says: string): Promise<void> {
  await copy(text);
  tell.done(says);
}

/** Adds a condition that must hold besides those there are. */
export function useNarrowing(): (condition: Condition) => void {
  const { filter = NOTHING_ASKED }: RequestsSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  return (condition) => {
    const same = JSON.stringify(condition);
    const others = filter.conditions.filter((one) => JSON.stringify(one) !== same);
    void navigate({
      to: ".",
      search: (kept) => ({ ...kept, filter: { match: "all", conditions: [...others, condition] } }),
    });
  };
}
