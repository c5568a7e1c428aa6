import { useEffect } from "react";
import { refreshNow } from "@/data/now";

const EVERY_MS = 10_000;

/** Asks again by itself while the page is in sight: a window that ends now goes on. */
export function useLive(live: boolean): void {
  useEffect(() => {
    if (!live) return;
    const timer = setInterval(() => {
      if (!document.hidden) refreshNow();
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [live]);
}
