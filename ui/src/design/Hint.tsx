import { Tooltip } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";
import css from "./controls.module.css";

/** What is said when a thing is pointed at or focused. The thing must take focus: a button or a link. */
export function Hint({ text, children }: { text: ReactNode; children: ReactElement }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <HintPopup text={text} />
    </Tooltip.Root>
  );
}

/** A piece of text that says more when it is pointed at or focused. */
export function Explained({ by, children, className }: { by: ReactNode; children: ReactNode; className?: string }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger className={`${css.hint} ${className ?? ""}`} delay={150}>
        {children}
      </Tooltip.Trigger>
      <HintPopup text={by} />
    </Tooltip.Root>
  );
}

function HintPopup({ text }: { text: ReactNode }) {
  return (
    <Tooltip.Portal>
      <Tooltip.Positioner sideOffset={6} className={css.positioner}>
        <Tooltip.Popup className={css.tooltip}>{text}</Tooltip.Popup>
      </Tooltip.Positioner>
    </Tooltip.Portal>
  );
}
