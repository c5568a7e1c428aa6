import type { ErrorComponentProps } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import { ButtonLink, Empty, Page, Problem, Skeleton } from "@/design";

/** An address that leads nowhere. */
export function NotFound() {
  return (
    <Empty icon={<SearchX size={28} aria-hidden />} title="There is no page here">
      <p>The address may have a slip in it, or what it led to is gone.</p>
      <ButtonLink to="/requests">Go to the requests</ButtonLink>
    </Empty>
  );
}

/** A page that is on its way. */
export function Waiting() {
  return (
    <div style={{ padding: "1.5rem" }} aria-busy="true">
      <Skeleton height="1.5rem" width="12rem" />
    </div>
  );
}

/** A page that broke: a fault of ours, told as one. */
export function PageFailed({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="This page has failed">
      <Problem error={error} onRetry={reset} />
    </Page>
  );
}
