import { type RefObject, useEffect, useRef, useState } from "react";

/** How far below the window an element counts as about to be seen. */
const AHEAD = "300px";

/** Whether an element has been in sight: of a thousand scores only those that are looked at are asked for. */
export function useSeen(): { place: RefObject<HTMLLIElement | null>; seen: boolean } {
  const place = useRef<HTMLLIElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const at = place.current;
    if (!at || seen) return;
    const watch = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
      },
      { rootMargin: AHEAD },
    );
    watch.observe(at);
    return () => watch.disconnect();
  }, [seen]);
  return { place, seen };
}
