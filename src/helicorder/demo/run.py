"""Run the demo: fake provider, server, traffic, and the commands that read it back."""

import asyncio
import datetime as dt
import os
import secrets
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from helicorder.demo import history, provider, traffic
from helicorder.demo.judging import DEFINITIONS
from helicorder.errors import StartupError

_READY_SECONDS = 60
_LOGS_AT_ONCE, _CALLS_AT_ONCE = 16, 48
_PACE = 0.45
"""Seconds that the fake provider takes to its first token: charts of latency should look like some."""
_HTTP_ERROR = 400


async def run(port: int, say: Callable[[str], None], *, once: bool) -> None:
    """Bring everything up, send the traffic, say how to read it back; stay up until cancelled unless ``once``.

    Raises:
        StartupError: the server did not come up.
    """
    _end_on_signals()
    key = f"sk-helicone-demo-{secrets.token_hex(12)}"
    base = f"http://127.0.0.1:{port}"
    runner, upstream = await provider.start(pace=_PACE)
    try:
        with tempfile.TemporaryDirectory(prefix="helicorder-demo-") as data_dir:
            async with _server(port, data_dir, key, upstream) as server, aiohttp.ClientSession(base) as http:
                await _ready(http, key, server)
                say(f"Helicorder runs on {base}, its data in {data_dir}, a fake provider on {upstream}.")
                past, sent = await asyncio.gather(log_history(http, key), send(http, key))
                say(_summary(past, sent))
                say(_commands(base, key, await _one_request_id(http, key)))
                if not once:
                    say("Ctrl-C ends the demo and removes its data.")
                    await asyncio.Event().wait()
    except asyncio.CancelledError:
        say("The demo has ended.")
    finally:
        await runner.cleanup()


def _end_on_signals() -> None:
    # SIGTERM too: the server and its scratch directory must not outlive the demo.
    running = asyncio.current_task()
    if running is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)


@asynccontextmanager
async def _server(port: int, data_dir: str, key: str, upstream: str) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = os.environ | {  # noqa: TID251 -- handed on to the server, not read
        "HELICORDER_BOOTSTRAP_API_KEY": key,
        "HELICORDER_PROVIDER_OPENAI_URL": upstream,
        "HELICORDER_PROVIDER_ANTHROPIC_URL": upstream,
        "HELICORDER_LOG_LEVEL": "warning",
    }
    arguments = ["-m", "helicorder", "serve", "--host", "127.0.0.1", "--port", str(port), "--data-dir", data_dir]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environment, stdout=asyncio.subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _ready(http: aiohttp.ClientSession, key: str, server: asyncio.subprocess.Process) -> None:
    deadline = asyncio.get_running_loop().time() + _READY_SECONDS
    while server.returncode is None and asyncio.get_running_loop().time() < deadline:
        try:
            # Only the demo's own server knows the key: another one on this port is not mistaken for it.
            async with http.get("/v1/evals/scores", headers={"Authorization": key}) as answer:
                if answer.ok:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.05)
    raise StartupError(f"The demo's server did not become ready within {_READY_SECONDS} s; it says why above.")


async def log_history(http: aiohttp.ClientSession, key: str) -> Counter[str]:
    """Log the two weeks before, say what the scores mean, and score them; how many calls and scores there were."""
    past = list(history.logged(dt.datetime.now(dt.UTC)))
    gate, headers = asyncio.Semaphore(_LOGS_AT_ONCE), {"Authorization": f"Bearer {key}"}

    async def one(logged: history.Logged) -> None:
        async with gate, http.post(logged.path, json=logged.log, headers=headers) as answer:
            answer.raise_for_status()

    async def define(name: str, definition: dict[str, Any]) -> None:
        async with http.put(f"/v1/scores/definitions/{name}", json=definition, headers=headers) as answer:
            answer.raise_for_status()

    await asyncio.gather(*(one(logged) for logged in past))
    await asyncio.gather(*(define(*defined) for defined in DEFINITIONS.items()))
    scores = [score for logged in past for score in logged.scores]
    stored = (await _post(http, key, "/v1/scores/batch", {"scores": scores}))["data"]["stored"]
    return Counter(calls=len(past), scores=stored)


async def send(http: aiohttp.ClientSession, key: str) -> Counter[str]:
    """Send the demo's traffic through the gateway and score it; what was sent, by kind."""
    counts: Counter[str] = Counter()
    gate = asyncio.Semaphore(_CALLS_AT_ONCE)

    async def one(exchange: traffic.Exchange) -> None:
        async with gate:
            counts.update(await _exchange(http, key, exchange))

    await asyncio.gather(*(one(exchange) for exchange in traffic.exchanges()))
    return counts


async def _exchange(http: aiohttp.ClientSession, key: str, exchange: traffic.Exchange) -> dict[str, int]:
    provider_key = {"Authorization": "Bearer sk-fake", "x-api-key": "sk-fake"}
    headers = {"Helicone-Auth": f"Bearer {key}", **provider_key, **exchange.headers}
    async with http.post(exchange.path, json=exchange.body, headers=headers) as answer:
        await answer.read()
        request_id, failed = answer.headers["helicone-id"], answer.status >= _HTTP_ERROR
    if exchange.scores:
        await _post(http, key, f"/v1/request/{request_id}/score", {"scores": exchange.scores})
    if exchange.rating is not None:
        await _post(http, key, f"/v1/request/{request_id}/feedback", {"rating": exchange.rating})
    return {
        "calls": 1,
        "streams": int(bool(exchange.body.get("stream"))),
        "errors": int(failed),
        "scores": len(exchange.scores),
        "ratings": int(exchange.rating is not None),
    }


async def _post(http: aiohttp.ClientSession, key: str, path: str, body: Any) -> Any:
    async with http.post(path, json=body, headers={"Authorization": f"Bearer {key}"}) as answer:
        answer.raise_for_status()
        return await answer.json()


async def _one_request_id(http: aiohttp.ClientSession, key: str) -> str:
    page = await _post(http, key, "/v1/request/query-clickhouse", {"filter": "all", "limit": 1, "isScored": True})
    return str(page["data"][0]["request_id"])


def _summary(past: Counter[str], sent: Counter[str]) -> str:
    return (
        f"Logged two weeks of {past['calls']} calls and {past['scores']} scores.\n"
        f"Sent {sent['calls']} calls ({sent['streams']} streams, {sent['errors']} errors), "
        f"{sent['scores']} scores and {sent['ratings']} ratings.\n"
    )


def _commands(base: str, key: str, request_id: str) -> str:
    scored = '{"filter":{"request_response_rmt":{"scores":{"helpfulness":{"lt":0.5}}}},"limit":3}'
    series = '{"name":"helpfulness","bucket":"min"}'
    return f"""Read it back:

export HELICONE_API_KEY={key}
curl -s {base}/v1/request/{request_id} -H "Authorization: Bearer $HELICONE_API_KEY"
curl -s {base}/v1/request/query-clickhouse -H "Authorization: Bearer $HELICONE_API_KEY" \\
  -H 'Content-Type: application/json' -d '{scored}'
curl -s {base}/v1/scores/series/query -H "Authorization: Bearer $HELICONE_API_KEY" \\
  -H 'Content-Type: application/json' -d '{series}'
curl -s {base}/v1/request/{request_id}/score -H "Authorization: Bearer $HELICONE_API_KEY" \\
  -H 'Content-Type: application/json' -d '{{"scores":{{"my-first-score":0.92}}}}'
"""
