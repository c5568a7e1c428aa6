import { Check, Copy as CopyIcon } from "lucide-react";
import { useState } from "react";
import { IconButton } from "./Button";
import css from "./surfaces.module.css";

/** Puts text on the clipboard; on a page without that right (plain http off this machine) it selects a field instead. */
export async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  const press = async () => {
    await copy(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <IconButton label={copied ? "Copied" : label} onClick={press}>
      {copied ? <Check /> : <CopyIcon />}
    </IconButton>
  );
}

/** Text as it is, with a button that copies it. */
export function Code({ children, most }: { children: string; most?: string }) {
  return (
    <div className={css.code} style={most ? ({ "--most": most } as React.CSSProperties) : undefined}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key */}
      <pre tabIndex={0}>{children}</pre>
      <div className={css.codeCopy}>
        <CopyButton text={children} />
      </div>
    </div>
  );
}
