import { Page } from "@/design";
import { Guide } from "./Guide";

/** How to send a call, for the first time or from another place. */
export function WelcomePage() {
  return (
    <Page title="Send a call" lead="Point your client at this server; nothing else changes.">
      <Guide />
    </Page>
  );
}
