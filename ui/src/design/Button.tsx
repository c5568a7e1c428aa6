import { Button as Base } from "@base-ui/react/button";
import { createLink } from "@tanstack/react-router";
import { type ComponentProps, forwardRef } from "react";
import css from "./controls.module.css";
import { Hint } from "./Hint";

type Look = "plain" | "primary" | "quiet" | "danger";

const LOOKS: Record<Look, string | undefined> = {
  plain: "",
  primary: css.primary,
  quiet: css.quiet,
  danger: css.danger,
};

interface Looks {
  look?: Look;
}

/** Something to press. */
export function Button({ look = "plain", className = "", ...props }: ComponentProps<typeof Base> & Looks) {
  return <Base {...props} className={`${css.button} ${LOOKS[look]} ${className}`} />;
}

/** Something to press that shows a picture; its label is read out and shown on hover. */
export function IconButton({
  label,
  look = "quiet",
  ...props
}: ComponentProps<typeof Base> & Looks & { label: string }) {
  return (
    <Hint text={label}>
      <Button {...props} look={look} className={css.icon} aria-label={label} />
    </Hint>
  );
}

const Anchor = forwardRef<HTMLAnchorElement, ComponentProps<"a"> & Looks>(({ look = "plain", ...props }, ref) => (
  <a ref={ref} {...props} className={`${css.button} ${LOOKS[look]} ${props.className ?? ""}`} />
));

/** A link that looks like a button; typed against the routes. */
export const ButtonLink = createLink(Anchor);
