"""A small LLM provider on loopback that speaks OpenAI's and Anthropic's wire, streams included.

It counts a word as a token, so usage is known to whoever asks. A message that names an error gets it: ``fail:429``.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

_FAILURE = re.compile(r"\bfail:(\d{3})\b")
_CACHED_WORDS = re.compile(r"\bcached:(\d+)\b")
_WORDS_PER_ANSWER = 12


def application() -> web.Application:
    """The provider as an aiohttp application; paths as under api.openai.com and api.anthropic.com."""
    app = web.Application()
    app.router.add_post("/v1/chat/completions", _chat)
    app.router.add_post("/v1/embeddings", _embeddings)
    app.router.add_post("/v1/messages", _messages)
    return app


def _text_of(body: dict[str, Any]) -> str:
    parts = [message.get("content", "") for message in body.get("messages", [])]
    return " ".join(part if isinstance(part, str) else json.dumps(part) for part in parts)


def _answer_to(text: str) -> str:
    words = text.split()
    return "You said: " + " ".join(words[-_WORDS_PER_ANSWER:])


def _failure(text: str) -> web.Response | None:
    asked = _FAILURE.search(text)
    if asked is None:
        return None
    status = int(asked[1])
    return web.json_response(
        {"type": "error", "error": {"message": f"asked to fail with {status}", "type": "fake", "code": status}},
        status=status,
    )


async def _chat(request: web.Request) -> web.StreamResponse:
    body = await request.json()
    text = _text_of(body)
    if failure := _failure(text):
        return failure
    answer = _answer_to(text)
    head = {"id": "chatcmpl-demo", "created": 1_760_000_000, "model": body["model"]}
    usage = _chat_usage(text, answer)
    if not body.get("stream"):
        message = {"role": "assistant", "content": answer}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return web.json_response({**head, "object": "chat.completion", "choices": [choice], "usage": usage})
    with_usage = (body.get("stream_options") or {}).get("include_usage", False)
    return await _streamed(request, _chat_events(head, answer, usage if with_usage else None))


def _chat_usage(text: str, answer: str) -> dict[str, Any]:
    cached = _CACHED_WORDS.search(text)
    prompt, completion = len(text.split()), len(answer.split())
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": min(int(cached[1]), prompt) if cached else 0},
    }


async def _chat_events(head: dict[str, Any], answer: str, usage: dict[str, Any] | None) -> AsyncIterator[str]:
    chunk = {**head, "object": "chat.completion.chunk"}
    for word in answer.split(" "):
        delta = {"index": 0, "delta": {"content": f"{word} "}, "finish_reason": None}
        yield f"data: {json.dumps({**chunk, 'choices': [delta]})}\n\n"
    yield f"data: {json.dumps({**chunk, 'choices': [{'index': 0, 'delta': {}, 'finish_reason': 'stop'}]})}\n\n"
    if usage is not None:
        yield f"data: {json.dumps({**chunk, 'choices': [], 'usage': usage})}\n\n"
    yield "data: [DONE]\n\n"


async def _embeddings(request: web.Request) -> web.Response:
    body = await request.json()
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    tokens = sum(len(str(text).split()) for text in texts)
    vectors = [{"object": "embedding", "index": index, "embedding": [0.5, -0.5]} for index in range(len(texts))]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return web.json_response({"object": "list", "model": body["model"], "data": vectors, "usage": usage})


async def _messages(request: web.Request) -> web.StreamResponse:
    body = await request.json()
    text = _text_of(body)
    if failure := _failure(text):
        return failure
    answer = _answer_to(text)
    message = {"id": "msg_demo", "type": "message", "role": "assistant", "model": body["model"], "stop_sequence": None}
    usage = {"input_tokens": len(text.split()), "output_tokens": len(answer.split())}
    if body.get("stream"):
        return await _streamed(request, _message_events(message, answer, usage))
    content = [{"type": "text", "text": answer}]
    return web.json_response({**message, "content": content, "stop_reason": "end_turn", "usage": usage})


async def _message_events(message: dict[str, Any], answer: str, usage: dict[str, int]) -> AsyncIterator[str]:
    opening = {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    yield _event({"type": "message_start", "message": opening})
    yield _event({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    for word in answer.split(" "):
        delta = {"type": "text_delta", "text": f"{word} "}
        yield _event({"type": "content_block_delta", "index": 0, "delta": delta})
    yield _event({"type": "content_block_stop", "index": 0})
    closing = {"stop_reason": "end_turn", "stop_sequence": None}
    yield _event({"type": "message_delta", "delta": closing, "usage": {"output_tokens": usage["output_tokens"]}})
    yield _event({"type": "message_stop"})


def _event(data: dict[str, Any]) -> str:
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n"


async def _streamed(request: web.Request, events: AsyncIterator[str]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    async for event in events:
        await response.write(event.encode())
        await asyncio.sleep(0)
    await response.write_eof()
    return response


async def start(port: int = 0) -> tuple[web.AppRunner, str]:
    """Serve on 127.0.0.1; (runner to clean up, base URL)."""
    runner = web.AppRunner(application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    bound = runner.addresses[0]
    return runner, f"http://{bound[0]}:{bound[1]}"
