import { useQuery } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { useState } from "react";
import type { CallConversation, CallRecord, Message, Tool } from "@/api";
import { getConversationOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, Empty, Note } from "@/design";
import { count } from "@/format/numbers";
import { oneLine, shown } from "@/format/texts";
import type { Term } from "../marking";
import { JsonTree } from "../raw/JsonTree";
import css from "./chat.module.css";
import { Parts } from "./Parts";

/** How many of the earlier messages are shown before somebody asks for all. */
const RECENT = 12;

export function conversationOptions(call: Pick<CallRecord, "request_id" | "created_at">) {
  return getConversationOptions({ path: { request_id: call.request_id }, query: { at: call.created_at } });
}

/** A call as a conversation, whatever the provider. */
export function Chat({ call, terms }: { call: Pick<CallRecord, "request_id" | "created_at">; terms: readonly Term[] }) {
  const said = useQuery(conversationOptions(call));
  return (
    <Answered query={said} height="18rem">
      {({ data }) => <Said said={data} terms={terms} />}
    </Answered>
  );
}

function Said({ said, terms }: { said: CallConversation; terms: readonly Term[] }) {
  const nothing = said.messages.length === 0 && said.answer.messages.length === 0 && said.error === null;
  if (nothing) {
    return (
      <Empty title="No conversation to show">
        {said.format === "none"
          ? "Neither the request nor the response was kept."
          : "The bodies are in no shape that is known here; Raw has them as they came."}
      </Empty>
    );
  }
  return (
    <div className={css.chat}>
      {said.truncated && <Note>A body was too large to be kept whole, so its end is missing here.</Note>}
      <Parameters of={said.parameters} />
      <Tools tools={said.tools} />
      <Earlier messages={said.messages} terms={terms} />
      {said.answer.messages.map((message, place) => (
        <Turn
          // biome-ignore lint/suspicious/noArrayIndexKey: choices keep their places
          key={place}
          message={message}
          terms={terms}
          answer
          note={answerNote(said, place)}
        />
      ))}
      {said.error && (
        <div className={css.error} role="note">
          <CircleAlert aria-hidden />
          <div>
            <strong>{said.error.type ? oneLine(said.error.type) : "Error"}</strong>
            <p className={css.text}>{shown(said.error.message)}</p>
          </div>
        </div>
      )}
    </div>
  );
}

function answerNote({ answer }: CallConversation, place: number): string {
  const choice = answer.messages.length > 1 ? `choice ${place + 1} of ${count(answer.choices)}` : null;
  const ended = place === 0 && answer.finish_reason ? `ended: ${oneLine(answer.finish_reason)}` : null;
  return [choice, ended].filter(Boolean).join(" · ");
}

function Earlier({ messages, terms }: { messages: readonly Message[]; terms: readonly Term[] }) {
  const [all, setAll] = useState(false);
  const left = all ? 0 : Math.max(0, messages.length - RECENT - 1);
  // The first message, which mostly says what the model is to be, stays in sight.
  const inSight = left > 0 ? [messages[0] as Message, ...messages.slice(left + 1)] : messages;
  return inSight.map((message, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: messages keep their places
    <div key={place} className={css.place}>
      <Turn message={message} terms={terms} />
      {left > 0 && place === 0 && (
        <button type="button" className={css.more} onClick={() => setAll(true)}>
          Show {count(left)} messages between
        </button>
      )}
    </div>
  ));
}

const ROLES = new Map([
  ["system", "System"],
  ["developer", "Developer"],
  ["user", "User"],
  ["assistant", "Assistant"],
  ["tool", "Tool"],
  ["function", "Function"],
]);

/** Whose turn it is. Where tools answer in the user's name, as with Anthropic, it is theirs. */
function roleOf({ role, parts }: Message): { word: string; role: string } {
  if (parts.length > 0 && parts.every((part) => part.type === "tool_result")) return { word: "Tool", role: "tool" };
  const word = ROLES.get(role);
  return word ? { word, role } : { word: oneLine(role), role: "other" };
}

function Turn(props: { message: Message; terms: readonly Term[]; answer?: boolean; note?: string }) {
  const { message, terms, answer = false, note } = props;
  const { word, role } = roleOf(message);
  return (
    <article className={css.turn} data-role={role} data-answer={answer || undefined}>
      <header className={css.role}>
        <h3>{word}</h3>
        {message.name && <bdi className={css.id}>{oneLine(message.name)}</bdi>}
        {note && <span className={css.note}>{note}</span>}
      </header>
      {message.parts.length === 0 ? (
        <p className={css.hidden}>Nothing was said.</p>
      ) : (
        <Parts parts={message.parts} terms={terms} />
      )}
    </article>
  );
}

function Parameters({ of }: { of: Record<string, unknown> }) {
  const names = Object.keys(of);
  if (names.length === 0) return null;
  const simple = names.filter((name) => typeof of[name] !== "object");
  return (
    <details className={css.fold}>
      <summary>
        Parameters{" "}
        <span className={css.id}>
          {oneLine(simple.map((name) => `${name} ${String(of[name])}`).join(" · ")) || count(names.length)}
        </span>
      </summary>
      <div className={css.foldBody}>
        <JsonTree value={of} />
      </div>
    </details>
  );
}

function Tools({ tools }: { tools: readonly Tool[] }) {
  if (tools.length === 0) return null;
  return (
    <details className={css.fold}>
      <summary>
        {count(tools.length)} {tools.length === 1 ? "tool" : "tools"} offered{" "}
        <span className={css.id}>{oneLine(tools.map((tool) => tool.name).join(", "))}</span>
      </summary>
      <div className={css.foldBody}>
        {tools.map((tool, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a name may stand twice
          <div key={place} className={css.offered}>
            <strong>
              <bdi>{oneLine(tool.name)}</bdi>
            </strong>
            {tool.description && <p className={css.text}>{shown(tool.description)}</p>}
            <JsonTree value={tool.parameters} open={1} />
          </div>
        ))}
      </div>
    </details>
  );
}
