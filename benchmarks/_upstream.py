"""The cheapest upstream: a fixed chat completion, plain or as events, from a bare protocol. ``_upstream.py PORT``."""

import asyncio
import json
import sys
from typing import cast

import uvloop

_TEXT = "Clay soils creep, quick clays flow, and a slope that has moved before is the one that moves again."
_HEAD = {"id": "chatcmpl-bench", "created": 1_760_000_000, "model": "gpt-4o-mini", "system_fingerprint": "fp_bench"}
_USAGE = {
    "prompt_tokens": 24,
    "completion_tokens": 21,
    "total_tokens": 45,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
}


def _completion() -> bytes:
    message = {"role": "assistant", "content": _TEXT, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    body = json.dumps({**_HEAD, "object": "chat.completion", "choices": [choice], "usage": _USAGE}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def _events() -> bytes:
    chunk = {**_HEAD, "object": "chat.completion.chunk"}
    deltas = [{"index": 0, "delta": {"content": f"{word} "}, "finish_reason": None} for word in _TEXT.split()]
    events = [{**chunk, "choices": [delta]} for delta in deltas]
    events.append({**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    events.append({**chunk, "choices": [], "usage": _USAGE})
    pieces = [f"data: {json.dumps(event)}\n\n".encode() for event in events] + [b"data: [DONE]\n\n", b""]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks


COMPLETION = _completion()
EVENTS = _events()


class _Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        _, declared, rest = head.lower().partition(b"\r\ncontent-length:")
        if declared and len(body) < int(rest.split(b"\r", 1)[0]):
            return
        self._received = b""
        self._transport.write(EVENTS if b'"stream":true' in body else COMPLETION)


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
