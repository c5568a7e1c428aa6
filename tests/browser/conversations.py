"""Calls as people make them: tools, pictures, reasoning, refusals, choices, errors, in each provider's own words."""

import base64
import datetime as dt
import json
import struct
import zlib
from typing import Any

SYSTEM = "You are the assistant of a small seismological station. Answer briefly, and show code where it helps."
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "latest_quakes",
            "description": "The earthquakes that a region had lately.",
            "parameters": {
                "type": "object",
                "properties": {"region": {"type": "string"}, "least": {"type": "number"}},
                "required": ["region"],
            },
        },
    }
]
CODE = """The strongest was **5.1**, at 04:12 UTC. This reads the trace again:

```python
from obspy import read

stream = read("station-7.mseed")
print(stream[0].stats.sampling_rate)
```

Ask for another region if you like."""


def picture() -> str:
    """A small picture as a data URL: a trace, drawn in PNG."""
    width, height = 160, 60
    rows = []
    for y in range(height):
        row = bytearray([0])
        for x in range(width):
            trace = 30 + (18 if x % 23 == 7 else -14 if x % 23 == 9 else (x * 7) % 5 - 2)
            row += bytes((31, 95, 191)) if abs(y - trace) <= 1 else bytes((251, 250, 247))
        rows.append(bytes(row))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(png).decode()


def openai(messages: list[dict[str, Any]], *choices: dict[str, Any], **options: Any) -> tuple[str, str]:
    """The bodies of an OpenAI exchange; the choices are the messages that came back."""
    ended = options.pop("ended", "stop")
    answer = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "gpt-4o-2024-11-20",
        "choices": [
            {"index": number, "message": {"role": "assistant", **choice}, "finish_reason": ended}
            for number, choice in enumerate(choices)
        ],
    }
    return json.dumps({"model": "gpt-4o", "messages": messages, **options}), json.dumps(answer)


def _with_tools() -> tuple[str, str]:
    call = {
        "id": "call_7Qx",
        "type": "function",
        "function": {"name": "latest_quakes", "arguments": '{"region": "Hengill", "least": 3}'},
    }
    found = {"quakes": [{"magnitude": 5.1, "at": "2026-11-26T04:12:00Z", "depth_km": 7.4}, {"magnitude": 3.2}]}
    messages = [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": "How strong was the strongest quake at Hengill last night?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_7Qx", "content": json.dumps(found)},
    ]
    return openai(messages, {"content": CODE}, tools=TOOLS, temperature=0.2, max_tokens=400)


def _with_pictures() -> tuple[str, str]:
    parts = [
        {"type": "text", "text": "Is this a quake, or the bus that stops outside?"},
        {"type": "image_url", "image_url": {"url": picture(), "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "https://station.example/trace-7.png"}},
    ]
    answer = {"content": "The spikes come every 23 samples: that is the bus."}
    return openai([{"role": "user", "content": parts}], answer)


def _anthropic() -> tuple[str, str]:
    asked = {
        "model": "claude-opus-4-5",
        "max_tokens": 2048,
        "system": SYSTEM,
        "thinking": {"type": "enabled", "budget_tokens": 1024},
        "tools": [{"name": "read_trace", "description": "Reads a trace.", "input_schema": {"type": "object"}}],
        "messages": [
            {"role": "user", "content": "Read the trace of station 7."},
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "toolu_1", "name": "read_trace", "input": {"station": 7}}],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "toolu_1", "is_error": True, "content": "station 7 is off"}
                ],
            },
        ],
    }
    answered = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-4-5",
        "stop_reason": "end_turn",
        "content": [
            {
                "type": "thinking",
                "thinking": "The tool failed. I should say so, and not make numbers up.",
                "signature": "x",
            },
            {"type": "text", "text": "Station 7 is off, so there is no trace to read. Shall I try station 6?"},
        ],
        "usage": {"input_tokens": 412, "output_tokens": 96},
    }
    return json.dumps(asked), json.dumps(answered)


def _refused() -> tuple[str, str]:
    asked = [{"role": "user", "content": "When exactly will the next big one strike?"}]
    return openai(asked, {"content": None, "refusal": "Nobody can tell that, and I will not pretend to."})


def _choices() -> tuple[str, str]:
    asked = [{"role": "user", "content": "Name the station's cat."}]
    return openai(asked, {"content": "Richter"}, {"content": "Mercalli"}, {"content": "Wood"}, n=3)


def _json() -> tuple[str, str]:
    asked = [{"role": "user", "content": "As JSON, please: where was the quake, and how strong?"}]
    said = {"place": {"name": "Hengill", "lat": 64.08, "lon": -21.41}, "magnitude": 5.1, "felt": True, "source": None}
    return openai(asked, {"content": json.dumps(said)}, response_format={"type": "json_object"})


def _failed() -> tuple[str, str]:
    asked = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Translate the bulletin."}]}
    error = {"type": "rate_limit_exceeded", "message": "Rate limit reached: 10,000 tokens a minute. Try again in 6 s."}
    return json.dumps(asked), json.dumps({"error": error})


def _long() -> tuple[str, str]:
    turns = [
        {"role": ("user", "assistant")[number % 2], "content": f"Turn {number}: the drum writes on."}
        for number in range(31)
    ]
    return openai([{"role": "system", "content": SYSTEM}, *turns], {"content": "And on."})


def _scripts() -> tuple[str, str]:
    asked = [{"role": "user", "content": "ما قوة الزلزال؟ ומה לגבי היום? 地震の強さは?"}]
    return openai(asked, {"content": "كانت قوته 5.1 درجة. היום שקט. マグニチュード5.1でした。"})


CONVERSATIONS = {
    "tools": _with_tools,
    "pictures": _with_pictures,
    "thinking": _anthropic,
    "refused": _refused,
    "choices": _choices,
    "json": _json,
    "failed": _failed,
    "long": _long,
    "scripts": _scripts,
}

_FACTS: dict[str, dict[str, Any]] = {
    "tools": {"streamed": True, "time_to_first_token_ms": 412, "latency_ms": 2310, "reasoning_tokens": 0},
    "thinking": {
        "provider": "ANTHROPIC",
        "model": "claude-opus-4-5",
        "path": "/v1/messages",
        "target_url": "https://api.anthropic.com/v1/messages",
        "streamed": True,
        "time_to_first_token_ms": 980,
        "latency_ms": 5120,
        "reasoning_tokens": 64,
        "prompt_cache_write_tokens": 1200,
        "prompt_cache_write_1h_tokens": 1200,
    },
    "failed": {"status": 429, "latency_ms": 87, "completion_tokens": None, "prompt_tokens": None, "cost_usd": None},
    "refused": {"ending": "caller_gone", "latency_ms": 640},
}


def calls(now: dt.datetime, prefix: str = "") -> list[dict[str, Any]]:
    """The calls as a batch takes them, a few seconds apart; their ids are the prefix and what they show."""
    return [
        _call(prefix + name, name, now - dt.timedelta(seconds=7 * number + 3))
        for number, name in enumerate(CONVERSATIONS)
    ]


def _call(request_id: str, name: str, at: dt.datetime) -> dict[str, Any]:
    asked, answered = CONVERSATIONS[name]()
    facts = {
        "provider": "OPENAI",
        "model": "gpt-4o",
        "request_model": "gpt-4o",
        "response_model": "gpt-4o-2024-11-20",
        "path": "/v1/chat/completions",
        "target_url": "https://api.openai.com/v1/chat/completions",
        "latency_ms": 1240,
        "prompt_tokens": 213,
        "completion_tokens": 87,
        "prompt_cache_read_tokens": 128,
        "cost_usd": "0.001412",
        "user_id": "ada",
        "session_id": "night-shift",
        "session_name": "station",
        "session_path": f"/{name}",
        "properties": {"environment": "production", "region": "hengill"},
        "prompt_id": "station-assistant",
        "prompt_version": "12",
    } | _FACTS.get(name, {})
    took = dt.timedelta(milliseconds=facts["latency_ms"])
    return {
        "request_id": request_id,
        "created_at": at.isoformat(),
        "response_at": (at + took).isoformat(),
        "request_body": asked,
        "response_body": answered,
        **facts,
    }


def scores(prefix: str = "") -> list[dict[str, Any]]:
    """What was thought of some of them, as a batch of scores takes it."""
    tools = {"request_id": f"{prefix}tools"}
    return [
        tools | {"name": "helpfulness", "value": 0.92, "source": "code", "author": "rubric"},
        tools
        | {"name": "correct", "value": True, "source": "human", "author": "ben", "comment": "Checked in the bulletin."},
        tools | {"name": "correct", "value": True, "source": "model", "author": "judge-small"},
        tools | {"name": "tone", "value": "friendly", "source": "human", "author": "ana"},
        {"request_id": f"{prefix}thinking", "name": "helpfulness", "value": 0.61, "source": "code", "author": "rubric"},
        {"request_id": f"{prefix}refused", "name": "helicone-score-feedback", "value": False, "source": "end_user"},
    ]
