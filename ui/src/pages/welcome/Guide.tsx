import { useState } from "react";
import { Code, Tabs } from "@/design";
import { Listening } from "./Arrival";
import css from "./guide.module.css";
import { MakeKey } from "./MakeKey";
import { PLACEHOLDER, scoreSnippet, snippetsFor } from "./snippets";
import { useArrivals } from "./useArrivals";

const KEPT_UNDER = "helicorder.snippet";

/** From nothing to a first call with a first score: a key, a snippet, and an ear for what comes. */
export function Guide() {
  const [key, setKey] = useState<string | null>(null);
  const [chosen, setChosen] = useState(() => localStorage.getItem(KEPT_UNDER) ?? "python");
  const arrivals = useArrivals();
  const base = window.location.origin;
  const snippets = snippetsFor(base, key ?? PLACEHOLDER);
  const choose = (id: string) => {
    localStorage.setItem(KEPT_UNDER, id);
    setChosen(id);
  };
  return (
    <div className={css.guide}>
      <ol className={css.steps}>
        <li>
          <h2>Have a key</h2>
          <MakeKey made={key} onMade={setKey} />
        </li>
        <li>
          <h2>Send a call</h2>
          <p className={css.about}>
            Keep your client and your provider's key; change the address, and say whose call it is.
          </p>
          <Tabs
            value={snippets.some((one) => one.id === chosen) ? chosen : "python"}
            onChange={choose}
            tabs={snippets.map(({ id, label, install, code }) => ({
              value: id,
              label,
              content: (
                <div className={css.snippet}>
                  {install && <Code>{install}</Code>}
                  <Code>{code}</Code>
                </div>
              ),
            }))}
          />
        </li>
        <li>
          <h2>Score it</h2>
          <p className={css.about}>
            With a thumb beside, or as Helicone does it: any number or yes and no, under any name, before the call comes
            or a year after. The id of a call is in its answer's header <code>helicone-id</code>.
          </p>
          <Code>{scoreSnippet(base, key ?? PLACEHOLDER, arrivals.calls[0]?.request_id ?? "REQUEST_ID")}</Code>
        </li>
      </ol>
      <div className={css.beside}>
        <Listening arrivals={arrivals} />
      </div>
    </div>
  );
}
