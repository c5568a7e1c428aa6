import { Link } from "@tanstack/react-router";
import { Maximize2 } from "lucide-react";
import { useState } from "react";
import type { SessionCall } from "@/api";
import { Hint, Tabs } from "@/design";
import controls from "@/design/controls.module.css";
import { compact, count, duration, money } from "@/format/numbers";
import { oneLine } from "@/format/texts";
import { Chat } from "@/pages/requests/chat/Chat";
import { StatusBadge } from "@/pages/requests/columns/cells";
import type { Term } from "@/pages/requests/marking";
import { Scores } from "@/pages/requests/scores/Scores";
import css from "./page.module.css";

type Face = "chat" | "scores";
const NO_TERMS: readonly Term[] = [];

interface CallProps {
  call: SessionCall;
  adding: boolean;
  onAdding: (adding: boolean) => void;
}

/** One call of the session: what it took, what was said, how it was scored; and the way to its own page. */
export function CallPanel({ call, adding, onAdding }: CallProps) {
  const [chosen, setFace] = useState<Face>("chat");
  const face = adding ? "scores" : chosen;
  const { request_id, started_at } = call;
  return (
    <>
      <header className={css.panelHead}>
        <h2>
          <bdi>{oneLine(call.name)}</bdi>
        </h2>
        <StatusBadge call={call} />
        <Hint text="Open the request as a page">
          <Link
            to="/requests/$requestId"
            params={{ requestId: request_id }}
            search={{ at: started_at }}
            className={`${controls.button} ${controls.quiet} ${controls.icon}`}
            aria-label="Open the request as a page"
          >
            <Maximize2 />
          </Link>
        </Hint>
      </header>
      <div className={css.panelBody}>
        <p className={css.facts}>
          <bdi>{oneLine(call.model)}</bdi> · {duration(call.latency_ms)}
          {call.time_to_first_token_ms !== null && ` (first token ${duration(call.time_to_first_token_ms)})`} ·{" "}
          {money(call.cost)} · <span title={tokensOf(call)}>{compact(call.tokens.total)} tokens</span>
          {call.prompt_id && ` · prompt ${oneLine([call.prompt_id, call.prompt_version].filter(Boolean).join(" "))}`}
        </p>
        <Tabs<Face>
          value={face}
          onChange={(to) => {
            onAdding(false);
            setFace(to);
          }}
          tabs={[
            {
              value: "chat",
              label: "Chat",
              content: (
                <div className={css.pane}>
                  <Chat call={{ request_id, created_at: started_at }} terms={NO_TERMS} />
                </div>
              ),
            },
            {
              value: "scores",
              label: call.scores.length > 0 ? `Scores ${count(call.scores.length)}` : "Scores",
              content: (
                <div className={css.pane}>
                  <Scores requestId={request_id} adding={adding} onAdding={onAdding} />
                </div>
              ),
            },
          ]}
        />
      </div>
    </>
  );
}

function tokensOf({ tokens }: SessionCall): string {
  return Object.entries(tokens)
    .map(([name, n]) => `${name.replace("_", " ")} ${count(n)}`)
    .join("\n");
}
