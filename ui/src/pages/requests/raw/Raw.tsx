import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { CallRecord } from "@/api";
import { getRequestByIdOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, Code, CopyButton, Segments } from "@/design";
import { count } from "@/format/numbers";
import { shown } from "@/format/texts";
import { JsonTree } from "./JsonTree";
import css from "./raw.module.css";

type Look = "tree" | "text";

/** The two bodies as they were kept: to unfold, or as text. */
export function Raw({ call }: { call: CallRecord }) {
  const [look, setLook] = useState<Look>("tree");
  const kept = useQuery(
    getRequestByIdOptions({
      path: { request_id: call.request_id },
      query: { includeBody: true, at: call.created_at },
    }),
  );
  return (
    <div className={css.bodies}>
      <Segments
        label="How bodies are shown"
        value={look}
        options={[
          { value: "tree", label: "Tree" },
          { value: "text", label: "Text" },
        ]}
        onChange={setLook}
      />
      <Answered query={kept} height="16rem">
        {({ data }) => (
          <>
            <Body title="Request" value={data.request_body} look={look} />
            <Body title="Response" value={data.response_body} look={look} />
          </>
        )}
      </Answered>
    </div>
  );
}

function Body({ title, value, look }: { title: string; value: unknown; look: Look }) {
  const text = value == null ? null : typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return (
    <section aria-label={title}>
      <header className={css.bodyHead}>
        <h3>{title}</h3>
        {text !== null && <CopyButton text={text} label={`Copy the ${title.toLowerCase()}`} />}
      </header>
      {text === null ? (
        <p>Not kept.</p>
      ) : look === "tree" && typeof value === "object" ? (
        <div className={css.box}>
          <JsonTree value={value} />
        </div>
      ) : (
        <LongText text={text} />
      )}
    </section>
  );
}

const MOST = 100_000;

/** Text of any length, of which the beginning is drawn until all of it is asked for. */
function LongText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > MOST;
  return (
    <>
      <Code>{shown(cut ? text.slice(0, MOST) : text)}</Code>
      {cut && (
        <button type="button" className={css.more} onClick={() => setWhole(true)}>
          Show {count(text.length - MOST)} more characters
        </button>
      )}
    </>
  );
}
