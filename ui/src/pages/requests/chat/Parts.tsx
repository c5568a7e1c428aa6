import { Brain, CornerDownRight, OctagonX, Wrench } from "lucide-react";
import type { Message, ReasoningPart, ToolCallPart, ToolResultPart } from "@/api";
import { Badge } from "@/design";
import { count } from "@/format/numbers";
import { oneLine } from "@/format/texts";
import type { Term } from "../marking";
import { JsonTree } from "../raw/JsonTree";
import css from "./chat.module.css";
import { Attachment, Picture, Sound } from "./Media";
import { Text } from "./Text";

export type Part = Message["parts"][number];

/** The pieces of a message, each drawn as what it is. */
export function Parts({ parts, terms }: { parts: readonly Part[]; terms: readonly Term[] }) {
  return parts.map((part, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts keep their places
    <One key={place} part={part} terms={terms} />
  ));
}

function One({ part, terms }: { part: Part; terms: readonly Term[] }) {
  switch (part.type) {
    case "text":
      return (
        <>
          <Text text={part.text} terms={terms} />
          {part.annotations.length > 0 && <Folded title="Citations" value={part.annotations} />}
        </>
      );
    case "image":
      return <Picture part={part} />;
    case "audio":
      return <Sound part={part} />;
    case "file":
      return <Attachment part={part} />;
    case "tool_call":
      return <ToolCall part={part} />;
    case "tool_result":
      return <ToolResult part={part} terms={terms} />;
    case "reasoning":
      return <Reasoning part={part} terms={terms} />;
    case "refusal":
      return (
        <div className={css.refusal}>
          <OctagonX aria-hidden />
          <div>
            <strong>Refused</strong>
            <Text text={part.text} terms={terms} />
          </div>
        </div>
      );
    default:
      return (
        <div className={css.json}>
          <JsonTree value={part.value} />
        </div>
      );
  }
}

function ToolCall({ part }: { part: ToolCallPart }) {
  return (
    <div className={css.tool}>
      <header className={css.toolHead}>
        <Wrench aria-hidden />
        <strong>
          <bdi>{oneLine(part.name)}</bdi>
        </strong>
        <Id id={part.id} />
      </header>
      {typeof part.arguments === "string" ? (
        <Text text={part.arguments} terms={[]} />
      ) : (
        <JsonTree value={part.arguments} open={3} />
      )}
    </div>
  );
}

function ToolResult({ part, terms }: { part: ToolResultPart; terms: readonly Term[] }) {
  return (
    <div className={css.tool} data-error={part.error || undefined}>
      <header className={css.toolHead}>
        <CornerDownRight aria-hidden />
        <strong>
          <bdi>{part.name ? oneLine(part.name) : "Result"}</bdi>
        </strong>
        {part.error && <Badge tone="bad">failed</Badge>}
        <Id id={part.id} />
      </header>
      <Parts parts={part.parts as Part[]} terms={terms} />
    </div>
  );
}

function Id({ id }: { id: string | null }) {
  return id ? <bdi className={css.id}>{oneLine(id)}</bdi> : null;
}

function Reasoning({ part, terms }: { part: ReasoningPart; terms: readonly Term[] }) {
  if (part.hidden && part.text === "") {
    return (
      <p className={css.hidden}>
        <Brain aria-hidden />
        Reasoning that the provider shows only encrypted.
      </p>
    );
  }
  return (
    <details className={css.fold}>
      <summary>
        <Brain aria-hidden />
        Reasoning <span className={css.id}>{count(part.text.length)} characters</span>
      </summary>
      <div className={css.foldBody}>
        <Text text={part.text} terms={terms} />
      </div>
    </details>
  );
}

export function Folded({ title, value }: { title: string; value: unknown }) {
  return (
    <details className={css.fold}>
      <summary>{title}</summary>
      <div className={css.foldBody}>
        <JsonTree value={value} />
      </div>
    </details>
  );
}
