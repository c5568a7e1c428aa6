import { Link } from "@tanstack/react-router";
import type { CallRecord } from "@/api";
import type { FilterState } from "@/data/filter";
import { Facts, Moment } from "@/design";
import { SESSION_KEY } from "@/filter/vocabulary";
import { bytes, money, UNKNOWN } from "@/format/numbers";
import { oneLine } from "@/format/texts";
import { endingOf } from "../statuses";
import css from "./detail.module.css";
import { Properties } from "./Properties";
import { Tokens } from "./Tokens";

/** The column of facts: how it ended, what it took, where it went, whose it was. */
export function CallFacts({ call }: { call: CallRecord }) {
  return (
    <aside className={css.facts} aria-label="Facts">
      <section>
        <Facts
          rows={[
            ["Ended", <span key="ended">{endingOf(call)}</span>],
            ["Requested", <Moment key="at" at={call.created_at} />],
            ["Cost", <Cost key="cost" call={call} />],
          ]}
        />
      </section>
      <section aria-label="Tokens">
        <h3>Tokens</h3>
        <Tokens call={call} />
      </section>
      <section aria-label="Where it went">
        <h3>Model</h3>
        <Facts
          rows={[
            ["Asked for", <Text key="asked" of={call.request_model} />],
            ["Answered by", <Text key="answered" of={call.response_model} />],
            call.model_override !== null && ["Shown as", <Text key="override" of={call.model_override} />],
            ["Provider", <Text key="provider" of={call.provider} />],
            ["Path", <Text key="path" of={call.path} />],
            ["Size", bytes(call.size_bytes)],
          ]}
        />
      </section>
      <section aria-label="Whose it was">
        <h3>From</h3>
        <Facts
          rows={[
            ["User", <OnlyThese key="user" field="user_id" value={call.user_id} />],
            ["Session", <OnlyThese key="session" field="properties" of={SESSION_KEY} value={call.session_id} />],
            call.session_name !== null && ["Its name", <Text key="name" of={call.session_name} />],
            call.session_path !== null && ["Its path", <Text key="path" of={call.session_path} />],
            call.prompt_id !== null && [
              "Prompt",
              <Text key="prompt" of={[call.prompt_id, call.prompt_version].filter(Boolean).join(" · ")} />,
            ],
            call.referrer !== null && ["Referrer", <Text key="referrer" of={call.referrer} />],
            call.country_code !== null && ["Country", <Text key="country" of={call.country_code} />],
          ]}
        />
      </section>
      <Properties call={call} />
    </aside>
  );
}

function Cost({ call }: { call: CallRecord }) {
  return <span title={call.cost_usd === null ? undefined : `${call.cost_usd} USD`}>{money(call.cost_usd)}</span>;
}

function Text({ of }: { of: string | null }) {
  return of ? <bdi>{oneLine(of)}</bdi> : UNKNOWN;
}

/** A value that leads to all requests that have it. */
function OnlyThese({ field, of, value }: { field: string; of?: string; value: string | null }) {
  if (!value) return UNKNOWN;
  const filter: FilterState = {
    match: "all",
    conditions: [{ field, ...(of ? { key: of } : {}), operator: "equals", value }],
  };
  return (
    <Link to="/requests" search={({ range, from, to, zone }) => ({ range, from, to, zone, filter })}>
      <bdi>{oneLine(value)}</bdi>
    </Link>
  );
}
