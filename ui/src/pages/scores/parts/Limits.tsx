import { ChevronRight } from "lucide-react";
import { LIMITS } from "../words";
import css from "./parts.module.css";

/** How to read the numbers of a page, and what they cannot say. */
export function Limits({ more = [] }: { more?: readonly string[] }) {
  return (
    <details className={css.limits}>
      <summary>
        <ChevronRight aria-hidden />
        How to read these numbers
      </summary>
      <ul>
        {[...more, ...LIMITS].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}
