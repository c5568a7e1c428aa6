import { Button } from "@/design";
import css from "../page.module.css";
import type { Line } from "./useTail";

const SAID: Record<Line, string> = {
  off: "Live",
  connecting: "Connecting…",
  open: "Live",
  broken: "Trying again…",
};

/** Watches new requests come in, or stops. */
export function LiveToggle({ line, onPress }: { line: Line; onPress: () => void }) {
  return (
    <Button aria-pressed={line !== "off"} onClick={onPress}>
      <span className={css.live}>
        <span className={css.pulse} data-line={line} aria-hidden />
        {SAID[line]}
      </span>
    </Button>
  );
}
