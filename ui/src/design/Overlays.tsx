import { Dialog as Base } from "@base-ui/react/dialog";
import { Menu as BaseMenu } from "@base-ui/react/menu";
import { Popover as BasePopover } from "@base-ui/react/popover";
import { Tabs as BaseTabs } from "@base-ui/react/tabs";
import { X } from "lucide-react";
import { type ComponentProps, type ReactElement, type ReactNode, useRef } from "react";
import { Button, IconButton } from "./Button";
import css from "./controls.module.css";

interface Opened {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** A question or a form above the page. */
export function Dialog(
  props: Opened & { title: string; text?: ReactNode; actions?: ReactNode; wide?: boolean; children?: ReactNode },
) {
  return (
    <Base.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={css.backdrop} />
        <Base.Popup className={`${css.dialog} ${props.wide ? css.wide : ""}`}>
          <Base.Title>{props.title}</Base.Title>
          {props.text && <Base.Description className={css.dialogText}>{props.text}</Base.Description>}
          {props.children}
          {props.actions && <div className={css.dialogActions}>{props.actions}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** "Are you sure?", with the deed named on the button. */
export function Confirm(
  props: Opened & { title: string; text: ReactNode; deed: string; onConfirm: () => void; danger?: boolean },
) {
  return (
    <Dialog
      {...props}
      actions={
        <>
          <Base.Close render={<Button>Cancel</Button>} />
          <Base.Close
            render={
              <Button look={props.danger ? "danger" : "primary"} onClick={props.onConfirm}>
                {props.deed}
              </Button>
            }
          />
        </>
      }
    />
  );
}

/** A panel that slides in from the side and leaves the page behind it in sight and in reach. */
export function Sheet({ open, onOpenChange, label, children }: Opened & { label: string; children: ReactNode }) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={onOpenChange} modal={false} disablePointerDismissal>
      <Base.Portal>
        {/* It takes the focus itself, so that arrow keys scroll it and nothing within looks pressed. */}
        <Base.Popup ref={popup} initialFocus={popup} className={css.sheet} aria-label={label} data-beside>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

export function SheetClose() {
  return (
    <Base.Close
      render={
        <IconButton label="Close">
          <X />
        </IconButton>
      }
    />
  );
}

/** Whatever opens beside what was pressed. */
export function Popover({
  trigger,
  children,
  label,
  open,
  onOpenChange,
}: Partial<Opened> & { trigger: ReactElement; children: ReactNode; label: string }) {
  return (
    <BasePopover.Root open={open} onOpenChange={onOpenChange}>
      <BasePopover.Trigger render={trigger} />
      <BasePopover.Portal>
        <BasePopover.Positioner sideOffset={4} className={css.positioner}>
          <BasePopover.Popup className={css.popup} aria-label={label}>
            {children}
          </BasePopover.Popup>
        </BasePopover.Positioner>
      </BasePopover.Portal>
    </BasePopover.Root>
  );
}

/** A button within a popover that closes it when it is pressed. */
export function ClosingButton(props: ComponentProps<typeof Button>) {
  return <BasePopover.Close render={<Button {...props} />} />;
}

export interface Deed {
  label: string;
  icon?: ReactNode;
  note?: string;
  onSelect: () => void;
  disabled?: boolean;
}

/** Things that can be done, in a list that opens. `null` draws a line between. */
export function Menu({ trigger, deeds }: { trigger: ReactElement; deeds: readonly (Deed | null)[] }) {
  return (
    <BaseMenu.Root>
      <BaseMenu.Trigger render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={4} className={css.positioner}>
          <BaseMenu.Popup className={css.popup}>
            {deeds.map((deed, index) =>
              deed === null ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: a line has no name of its own
                <BaseMenu.Separator key={index} className={css.separator} />
              ) : (
                <BaseMenu.Item key={deed.label} className={css.item} onClick={deed.onSelect} disabled={deed.disabled}>
                  {deed.icon}
                  <span className={css.itemText}>{deed.label}</span>
                  {deed.note && <span className={css.itemNote}>{deed.note}</span>}
                </BaseMenu.Item>
              ),
            )}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

/** Several faces of one thing. */
export function Tabs<Value extends string>({
  value,
  onChange,
  tabs,
}: {
  value: Value;
  onChange: (value: Value) => void;
  tabs: readonly { value: Value; label: ReactNode; content: ReactNode }[];
}) {
  return (
    <BaseTabs.Root value={value} onValueChange={(chosen) => onChange(chosen as Value)}>
      <BaseTabs.List className={css.tabs}>
        {tabs.map((tab) => (
          <BaseTabs.Tab key={tab.value} value={tab.value} className={css.tab}>
            {tab.label}
          </BaseTabs.Tab>
        ))}
      </BaseTabs.List>
      {tabs.map((tab) => (
        <BaseTabs.Panel key={tab.value} value={tab.value}>
          {tab.content}
        </BaseTabs.Panel>
      ))}
    </BaseTabs.Root>
  );
}
