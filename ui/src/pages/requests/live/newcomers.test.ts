import { describe, expect, test } from "vitest";
import type { CallRecord } from "@/api";
import { above, admitted, arrived, MOST, NOBODY, waitingOf } from "./newcomers";

const call = (id: string, at = "2026-11-26T10:00:00Z") => ({ request_id: id, created_at: at }) as CallRecord;
const ids = (calls: readonly CallRecord[]) => calls.map((one) => one.request_id).join("");

describe("calls that come while somebody watches", () => {
  test("stand at the top, the newest first", () => {
    let seen = arrived(NOBODY, [call("a"), call("b")], true);
    seen = arrived(seen, [call("c")], true);
    expect(ids(seen.shown)).toBe("cba");
    expect(waitingOf(seen)).toBe(0);
  });

  test("wait while the reader is further down, and are let in together", () => {
    let seen = arrived(arrived(NOBODY, [call("a")], true), [call("b"), call("c")], false);
    expect(ids(seen.shown)).toBe("a");
    expect(waitingOf(seen)).toBe(2);
    seen = admitted(seen);
    expect(ids(seen.shown)).toBe("cba");
    expect(waitingOf(seen)).toBe(0);
  });

  test("are shown once, recorded anew or not", () => {
    const seen = arrived(arrived(NOBODY, [call("a"), call("b")], true), [call("a")], true);
    expect(ids(seen.shown)).toBe("ab");
    expect(ids(above(seen.shown, [undefined, call("b")]))).toBe("a");
    expect(ids(above([call("a")], [call("a", "2026-11-26T11:00:00Z")]))).toBe("a");
  });

  test("are counted beyond what can be held", () => {
    const many = Array.from({ length: MOST + 7 }, (_none, index) => call(`${index}`));
    const seen = arrived(NOBODY, many, false);
    expect(seen.waiting).toHaveLength(MOST);
    expect(waitingOf(seen)).toBe(MOST + 7);
  });
});
