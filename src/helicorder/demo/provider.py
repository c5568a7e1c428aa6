"""A small LLM provider on loopback that speaks OpenAI's and Anthropic's wire, streams included.

It counts a word as a token, so usage is known to whoever asks. A message that names an error gets it: ``fail:429``.
It answers at once, or takes its time as a real one does.
"""

import asyncio
import json
import random
import re
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from helicorder.demo import bodies

_FAILURE = re.compile(r"\bfail:(\d{3})\b")
_CACHED_WORDS = re.compile(r"\bcached:(\d+)\b")
_WORDS_PER_ANSWER = 12
_PACE = web.AppKey("pace", float)
_WHOLE, _QUICK, _GAP = 3.0, 0.3, 0.12
"""How long, in times of the pace, a whole answer takes, a vector, and an event of a stream after the first."""


def application(pace: float = 0.0) -> web.Application:
    """The provider as an aiohttp application; paths as under api.openai.com and api.anthropic.com.

    ``pace`` is about how many seconds pass before the first token.
    """
    app = web.Application()
    app[_PACE] = pace
    app.router.add_post("/v1/chat/completions", _chat)
    app.router.add_post("/v1/embeddings", _embeddings)
    app.router.add_post("/v1/messages", _messages)
    return app


def _text_of(body: dict[str, Any]) -> str:
    contents = [message.get("content", "") for message in body.get("messages", [])]
    return " ".join(content if isinstance(content, str) else _words_of(content) for content in contents)


def _words_of(parts: list[Any]) -> str:
    return " ".join(part["text"] if "text" in part else json.dumps(part)[:_WORDS_PER_ANSWER] for part in parts)


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


async def _think(request: web.Request, times: float = 1.0) -> None:
    await asyncio.sleep(request.app[_PACE] * times * random.lognormvariate(0, 0.3))


async def _chat(request: web.Request) -> web.StreamResponse:
    body = await request.json()
    text = _text_of(body)
    if failure := _failure(text):
        return failure
    answer = _answer_to(text)
    head = {"id": "chatcmpl-demo", "created": 1_760_000_000, "model": body["model"]}
    usage = _chat_usage(text, answer)
    await _think(request, 1.0 if body.get("stream") else _WHOLE)
    if not body.get("stream"):
        message = {"role": "assistant", "content": answer}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return web.json_response({**head, "object": "chat.completion", "choices": [choice], "usage": usage})
    with_usage = (body.get("stream_options") or {}).get("include_usage", False)
    return await _streamed(request, bodies.chat_events(head, answer, usage if with_usage else None))


def _chat_usage(text: str, answer: str) -> dict[str, Any]:
    cached = _CACHED_WORDS.search(text)
    prompt, completion = len(text.split()), len(answer.split())
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": min(int(cached[1]), prompt) if cached else 0},
    }


async def _embeddings(request: web.Request) -> web.Response:
    body = await request.json()
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    if failure := _failure(" ".join(map(str, texts))):
        return failure
    await _think(request, _QUICK)
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
    await _think(request, 1.0 if body.get("stream") else _WHOLE)
    if body.get("stream"):
        return await _streamed(request, bodies.message_events(message, answer, usage))
    content = [{"type": "text", "text": answer}]
    return web.json_response({**message, "content": content, "stop_reason": "end_turn", "usage": usage})


async def _streamed(request: web.Request, events: Iterator[str]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for event in events:
        await response.write(event.encode())
        await asyncio.sleep(request.app[_PACE] * _GAP)
    await response.write_eof()
    return response


async def start(port: int = 0, pace: float = 0.0) -> tuple[web.AppRunner, str]:
    """Serve on 127.0.0.1; (runner to clean up, base URL)."""
    runner = web.AppRunner(application(pace), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    bound = runner.addresses[0]
    return runner, f"http://{bound[0]}:{bound[1]}"
