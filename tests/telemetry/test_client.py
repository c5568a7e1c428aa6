"""The three verbs: errors, addresses, a store that goes away."""

import asyncio
import os
import signal
import socket

import pytest

from helicorder.engine.supervisor import Engine
from helicorder.errors import StartupError, TelemetryUnavailable
from helicorder.telemetry.client import Address, StatementError, Telemetry


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("clickhouse://u:p@h:1/d", ("clickhouse", "h", 1, "u", "p", "d")),
        ("clickhouse://h", ("clickhouse", "h", 8123, "default", "", "default")),
        ("clickhouses://h/d/", ("clickhouses", "h", 8443, "default", "", "d")),
        ("clickhouse://a%40b:p%2F%3A@[::1]:9/d%20e", ("clickhouse", "::1", 9, "a@b", "p/:", "d e")),
    ],
)
def test_an_address_is_read_from_its_url(url: str, address: tuple[object, ...]) -> None:
    """A URL's parts are unquoted, and ClickHouse's own defaults stand where a part is missing."""
    assert Address.parse(url) == address


@pytest.mark.parametrize(
    "url", ["", "http://u:secret@h:8123/", "clickhouse://u:secret@h:port/", "clickhouse:///d", "clickhouse://[u:secret"]
)
def test_a_malformed_url_is_refused_without_repeating_it(url: str) -> None:
    """What is no telemetry URL is refused at once, in a sentence that does not repeat the password."""
    with pytest.raises(StartupError) as refused:
        Telemetry(url)
    assert "secret" not in str(refused.value)


async def test_values_travel_unchanged(empty: Telemetry) -> None:
    """A bound text is the same text on the other side, whatever it holds."""
    texts = [
        "'",
        '"',
        "\\",
        "\\n",
        "a\rb\nc\td",
        "\0",
        "{x:String}",
        "%_",
        "😀ä",
        "`",
        "--",
        "\\'; SELECT 1",
        "\u2028",
    ]
    rows = await empty.query(
        "SELECT {a:String} AS a, {b:Array(String)} AS b, {c:Float64} AS c", {"a": "".join(texts), "b": texts, "c": 0.1}
    )
    assert rows == [{"a": "".join(texts), "b": texts, "c": 0.1}]


async def test_long_values_travel_too(empty: Telemetry) -> None:
    """Parameters beyond the length of a URL arrive whole."""
    texts = [f"'{number}\\" * 20 for number in range(500)]
    assert await empty.query("SELECT {b:Array(String)} AS b", {"b": texts}) == [{"b": texts}]


async def test_a_refused_statement_has_the_code_of_the_store(empty: Telemetry) -> None:
    """A statement that the store refuses is not taken for an outage, and keeps ClickHouse's number."""
    with pytest.raises(StatementError) as refused:
        await empty.query("SELECT nothing FROM nowhere")
    assert refused.value.code == 60
    with pytest.raises(StatementError) as refused:
        await empty.command("NONSENSE OF THREE WORDS")
    assert refused.value.code == 62
    assert "NONSENSE" not in str(refused.value)


async def test_a_refused_insert_has_the_code_of_the_store(empty: Telemetry) -> None:
    """An insert that the store refuses, and one that cannot even be written down, are refusals and not outages."""
    with pytest.raises(StatementError) as refused:
        await empty.insert("nowhere", ["x"], ["UInt8"], [[1]])
    assert refused.value.code == 60
    await empty.command("CREATE TABLE small (x UInt8) ENGINE = MergeTree ORDER BY x")
    for unfit in (256, -1, "text", None):
        with pytest.raises(StatementError) as refused:
            await empty.insert("small", ["x"], ["UInt8"], [[1, unfit]])
        assert refused.value.code == 0
    assert await empty.query("SELECT count() AS n FROM small") == [{"n": 0}]


@pytest.mark.parametrize(
    "settings", ["max_memory_usage = 1", "max_execution_time = 0.001, timeout_before_checking_execution_speed = 0"]
)
async def test_a_store_short_of_memory_or_time_is_unavailable(empty: Telemetry, settings: str) -> None:
    """What may pass later is an outage: a batch that meets it is kept, never taken apart."""
    sql = "SELECT count() FROM (SELECT number FROM numbers(300000000) GROUP BY number) SETTINGS "
    with pytest.raises(TelemetryUnavailable):
        await empty.query(sql + settings)


async def test_a_store_that_refuses_the_password_is_unavailable_and_says_so(url: str) -> None:
    """A wrong password is named, and is no reason to give rows up."""
    stranger = Telemetry(f"clickhouse://helicorder:wrong@{url.rpartition('@')[2]}/default")
    with pytest.raises(TelemetryUnavailable, match="password"):
        await stranger.query("SELECT 1")
    await stranger.close()


async def test_nobody_at_the_address_is_an_outage() -> None:
    """A refused connection is an outage, for every verb and for every one of many callers."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        nobody = Telemetry(f"clickhouse://127.0.0.1:{reserved.getsockname()[1]}")
        outcomes = await asyncio.gather(
            nobody.query("SELECT 1"),
            nobody.command("SELECT 1"),
            nobody.insert("t", ["x"], ["UInt8"], [[1]]),
            *(nobody.query("SELECT 1") for _ in range(20)),
            return_exceptions=True,
        )
        await nobody.close()
    assert {type(outcome) for outcome in outcomes} == {TelemetryUnavailable}


async def test_closing_is_quiet_whatever_state_it_finds(url: str) -> None:
    """A store that was never opened, that could not be opened, or that is open closes without a word, even twice."""
    never, open_now = Telemetry(f"{url}/default"), await Telemetry.connect(f"{url}/default")
    stranger = Telemetry(f"clickhouse://helicorder:wrong@{url.rpartition('@')[2]}/default")
    with pytest.raises(TelemetryUnavailable):
        await Telemetry.connect(f"clickhouse://helicorder:wrong@{url.rpartition('@')[2]}/default")
    asking = asyncio.create_task(stranger.query("SELECT 1"))
    await asyncio.sleep(0)
    for telemetry in (never, open_now, stranger):
        await telemetry.close()
        await telemetry.close()
    with pytest.raises(TelemetryUnavailable):
        await asking
    await stranger.close()


async def test_a_server_that_breaks_off_is_an_outage() -> None:
    """A server that takes a request and hangs up, or answers what no ClickHouse answers, is an outage."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(next(answers, b""))
        writer.close()

    answers = iter([b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"HTTP/1.1 502 Bad Gateway\r\n\r\n"] * 3)
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    broken = Telemetry(f"clickhouse://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    for _ in range(3):
        with pytest.raises(TelemetryUnavailable):
            await broken.query("SELECT 1")
    await broken.close()
    server.close()
    await server.wait_closed()


async def test_a_proxy_of_the_environment_is_not_asked_for_loopback(
    empty: Telemetry, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded engine is reached where the environment names a proxy for everything."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    telemetry = Telemetry(f"{url}/default")
    assert await telemetry.query("SELECT 1 AS one") == [{"one": 1}]
    await telemetry.close()


async def test_verbs_go_on_when_the_engine_has_been_replaced(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A client outlives its engine's process: when the next one answers, so do the verbs, and the rows are there."""
    engine = await Engine.start(tmp_path_factory.mktemp("engine"), memory_mb=1024, threads=2)
    telemetry = Telemetry(engine.url)
    await telemetry.command("CREATE TABLE kept (x UInt8) ENGINE = MergeTree ORDER BY x SETTINGS fsync_after_insert = 1")
    await telemetry.insert("kept", ["x"], ["UInt8"], [[1, 2]])
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    async with asyncio.timeout(30):
        while True:
            try:
                assert await telemetry.query("SELECT count() AS n FROM kept") == [{"n": 2}]
                break
            except TelemetryUnavailable:
                continue
    await telemetry.close()
    await engine.stop()
