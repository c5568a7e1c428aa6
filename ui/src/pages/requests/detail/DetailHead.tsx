import { Link } from "@tanstack/react-router";
import { Braces, ChevronDown, ChevronUp, Link2, Maximize2 } from "lucide-react";
import type { ReactNode } from "react";
import type { CallRecord } from "@/api";
import { CopyButton, copy, Hint, IconButton, Moment, tell } from "@/design";
import controls from "@/design/controls.module.css";
import { oneLine } from "@/format/texts";
import { StatusBadge } from "../columns/cells";
import { copyCurl } from "../curl";
import { readCallSearch } from "../search";
import css from "./detail.module.css";

interface HeadProps {
  requestId: string;
  call: CallRecord | undefined;
  /** To the one before and the one after; missing where there is none. */
  onPrevious?: () => void;
  onNext?: () => void;
  /** Whether this is the page itself, which needs no way to it. */
  isPage?: boolean;
  close?: ReactNode;
  children?: ReactNode;
}

/** Which request it is, and what can be done with it as a whole. */
export function DetailHead(props: HeadProps) {
  const { requestId, call, onPrevious, onNext, isPage = false, close, children } = props;
  const Title = isPage ? "h1" : "h2";
  return (
    <header className={css.head}>
      <div className={css.what}>
        <div className={css.title}>
          {call && <StatusBadge call={call} />}
          <Title>
            <bdi>{call ? oneLine(call.model) : "Request"}</bdi>
          </Title>
          {call && (
            <span className={css.when}>
              <Moment at={call.created_at} />
            </span>
          )}
        </div>
        <div className={css.id}>
          <bdi>{oneLine(requestId)}</bdi>
          <CopyButton text={requestId} label="Copy the id" />
        </div>
      </div>
      <div className={css.deeds}>
        {children}
        <IconButton label="Previous request (k)" disabled={!onPrevious} onClick={onPrevious}>
          <ChevronUp />
        </IconButton>
        <IconButton label="Next request (j)" disabled={!onNext} onClick={onNext}>
          <ChevronDown />
        </IconButton>
        {call && (
          <>
            <IconButton label="Copy as curl" onClick={() => void copyCurl(call)}>
              <Braces />
            </IconButton>
            <CopyLink call={call} />
            {!isPage && <ToPage call={call} />}
          </>
        )}
        {close}
      </div>
    </header>
  );
}

function CopyLink({ call }: { call: CallRecord }) {
  const address = addressOf(call);
  const press = async () => {
    await copy(address);
    tell.done("The link is copied.");
  };
  return (
    <IconButton label="Copy link" onClick={() => void press()}>
      <Link2 />
    </IconButton>
  );
}

/** The address of a request's own page. */
export function addressOf(call: Pick<CallRecord, "request_id" | "created_at">): string {
  const at = new URLSearchParams({ at: call.created_at });
  return `${window.location.origin}/requests/${encodeURIComponent(call.request_id)}?${at}`;
}

function ToPage({ call }: { call: CallRecord }) {
  return (
    <Hint text="Open as a page">
      <Link
        to="/requests/$requestId"
        params={{ requestId: call.request_id }}
        search={(kept) => ({ ...readCallSearch(kept), at: call.created_at })}
        className={`${controls.button} ${controls.quiet} ${controls.icon}`}
        aria-label="Open as a page"
      >
        <Maximize2 />
      </Link>
    </Hint>
  );
}
