import { Star } from "lucide-react";
import { useState } from "react";
import { ButtonLink, Code, Empty, Panel, Tabs } from "@/design";
import css from "./overview.module.css";

type Way = "curl" | "python";

/** Before the first score: how to send one, with this server's own address. */
export function FirstScore() {
  const [way, setWay] = useState<Way>("curl");
  return (
    <Panel>
      <Empty icon={<Star size={28} aria-hidden />} title="No scores yet">
        <p>
          A score is a number, a yes or no, a category or words, said of a call by its id. It may come before the call,
          with it, or months after; it is on disk when the answer arrives.
        </p>
      </Empty>
      <div className={css.snippets}>
        <Tabs
          value={way}
          onChange={setWay}
          tabs={[
            { value: "curl", label: "curl", content: <Code>{curl(location.origin)}</Code> },
            { value: "python", label: "Python", content: <Code>{python(location.origin)}</Code> },
          ]}
        />
        <p className={css.quiet}>
          The id stands in the header <code>helicone-id</code> of every answer from the gateway, and beside each call
          under Requests.
        </p>
        <ButtonLink to="/requests">Find a call to score</ButtonLink>
      </div>
    </Panel>
  );
}

export function curl(origin: string): string {
  return `curl ${origin}/v1/request/REQUEST_ID/score \\
  -H "Authorization: Bearer $HELICONE_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"scores": {"helpfulness": 0.92, "correct": true}}'`;
}

export function python(origin: string): string {
  return `import os, requests

requests.post(
    "${origin}/v1/scores",
    headers={"Authorization": f"Bearer {os.environ['HELICONE_API_KEY']}"},
    json={
        "request_id": "REQUEST_ID",
        "name": "helpfulness",
        "value": 0.92,
        "source": "code",
        "author": "rubric",
        "comment": "answers the question, cites the order",
    },
).raise_for_status()`;
}
