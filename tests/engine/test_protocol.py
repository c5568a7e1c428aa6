"""The engine behind a real ClickHouse client: nothing here knows that it is not a ClickHouse server."""

import asyncio
import io
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import psutil
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, Error, OperationalError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helicorder.engine.supervisor import Engine

Connect = Callable[..., Awaitable[Any]]

NASTY = (
    'it\'s "quoted" `back` \\ \\n \t tab \n line \r return \0 nul \b \f \x1b \xe9 \u2603 \U0001d4b3 \u202e %20 + & = ; '
    "-- /* {x:String} FORMAT JSON"
)
COLUMNS = {
    "key": "UInt64",
    "text": "String",
    "code": "LowCardinality(String)",
    "value": "Float64",
    "maybe": "Nullable(Float64)",
    "at": "DateTime64(6, 'UTC')",
    "properties": "Map(String, String)",
    "tags": "Array(String)",
    "cost": "Decimal(38, 18)",
    "flag": "Bool",
    "id": "UUID",
}


def row(key: int, text: str = NASTY) -> list[Any]:
    """One row in the order of COLUMNS."""
    return [
        key,
        text,
        "gpt-4o",
        1.7976931348623157e308,
        None,
        datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC),
        {text: "value", "other": text},
        [text, "", "b"],
        Decimal("0.000000000000000001"),
        True,
        "01890a5d-ac96-774b-bcce-b302099a8057",
    ]


async def table(client: Any, name: str = "t") -> None:
    """A table of COLUMNS, durable as the product's are."""
    columns = ", ".join(f"{column} {kind}" for column, kind in COLUMNS.items())
    await client.command(
        f"CREATE TABLE {name} ({columns}) ENGINE = ReplacingMergeTree ORDER BY key "
        "SETTINGS fsync_after_insert = 1, fsync_part_directory = 1"
    )


async def test_every_type_we_use_comes_back_as_it_was_sent(client: Any) -> None:
    """A row of every column type, each string full of hostile characters, reads back equal."""
    await table(client)
    sent = [row(0), row(2**64 - 1, ""), row(1, "x" * 100_000)]
    sent[1][4] = -0.1
    await client.insert("t", sent, column_names=list(COLUMNS))
    answer = await client.query("SELECT * FROM t ORDER BY key")
    got = [
        [str(value) if name == "id" else value for name, value in zip(COLUMNS, line, strict=True)]
        for line in answer.result_rows
    ]
    assert got == sorted(sent)
    assert answer.column_names == tuple(COLUMNS)


@pytest.mark.parametrize("rows", [1, 1_000, 10_000])
async def test_inserts_of_any_size_are_whole(client: Any, rows: int) -> None:
    """The summary's count, the count in the table and the last row agree."""
    await table(client)
    summary = await client.insert("t", [row(n, str(n)) for n in range(rows)], column_names=list(COLUMNS))
    assert summary.written_rows == rows
    assert (await client.query("SELECT count(), max(key), argMax(text, key) FROM t")).result_rows == [
        (rows, rows - 1, str(rows - 1))
    ]


async def test_an_insert_can_bring_its_data_in_any_format_and_either_place(client: Any) -> None:
    """Data follows the statement in the body, or fills the body when the statement is in the URL."""
    await client.command("CREATE TABLE t (a UInt64, b String) ENGINE = MergeTree ORDER BY a")
    await client.raw_insert("t", ["a", "b"], b'{"a":1,"b":"x"}\n', fmt="JSONEachRow")
    await client.raw_insert("t", ["a", "b"], io.BytesIO(b"2\ty\n3\tz\n"), fmt="TabSeparated")
    await client.command("INSERT INTO t VALUES (4, 'FORMAT Native \n')")
    await client.command("INSERT INTO t VALUES", data="(5, 'v')")
    await client.command("INSERT INTO t SELECT a + 5, b FROM t")
    assert (await client.query("SELECT a FROM t ORDER BY a")).result_columns == [list(range(1, 11))]


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x01\x01\x01a\x06UInt64\x07", b"garbage" * 1000])
async def test_a_broken_insert_fails_and_leaves_nothing(client: Any, data: bytes) -> None:
    """Cut or senseless Native data is an error (or nothing, when empty), never a partial insert, and blocks nothing."""
    await client.command("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")
    if data:
        with pytest.raises(DatabaseError):
            await client.raw_insert("t", ["a"], data)
    else:
        await client.raw_insert("t", ["a"], data)
    assert await client.command("SELECT count() FROM t") == 0
    await client.insert("t", [[1]], column_names=["a"])
    assert await client.command("SELECT count() FROM t") == 1


async def test_an_insert_that_the_table_refuses_is_an_error(client: Any) -> None:
    """An insert that fails after its data was parsed, as on a full disk, never answers success."""
    await client.command("CREATE TABLE t (a UInt64, CONSTRAINT small CHECK a < 10) ENGINE = MergeTree ORDER BY a")
    with pytest.raises(DatabaseError) as refused:
        await client.insert("t", [[1], [10]], column_names=["a"])
    assert refused.value.code == 469
    assert await client.command("SELECT count() FROM t") == 0


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(exclude_categories=["Cs"])),
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
    number=st.floats(allow_nan=False),
    count=st.integers(0, 2**64 - 1),
    form=st.booleans(),
)
async def test_parameters_arrive_as_they_were_given(
    engine: Engine, parametrised: dict[bool, Any], text: str, texts: list[str], number: float, count: int, *, form: bool
) -> None:
    """Any text, list of texts, float or unsigned integer is the same on the other side, in the URL or in a form."""
    answer = await parametrised[form].query(
        "SELECT {text:String}, {texts:Array(String)}, {number:Float64}, {count:UInt64}, {none:Nullable(String)}",
        parameters={"text": text, "texts": texts, "number": number, "count": count, "none": None},
    )
    assert answer.result_rows == [(text, texts, number, count, None)]


@pytest.fixture
async def parametrised(engine: Engine, connect: Connect) -> dict[bool, Any]:
    """Two clients: one that puts parameters into the URL, one that puts them into a form."""
    return {form: await connect(engine.url, form_encode_query_params=form) for form in (False, True)}


async def test_parameters_too_large_for_a_url_arrive(client: Any) -> None:
    """Thousands of ids in one array parameter are matched one by one."""
    ids = [f"id-{n}-{NASTY}" for n in range(3_000)]
    answer = await client.query(
        "SELECT length({ids:Array(String)}), {ids:Array(String)}[3000]", parameters={"ids": ids}
    )
    assert answer.result_rows == [(3_000, ids[-1])]


async def test_parallel_statements_do_not_see_each_others_parameters_or_settings(client: Any) -> None:
    """Two hundred statements at once each see their own parameter and their own setting, and the next sees defaults."""

    async def one(number: int) -> tuple[Any, ...]:
        answer = await client.query(
            "SELECT {n:UInt64}, getSetting('max_block_size'), getSetting('max_threads')",
            parameters={"n": number},
            settings={"max_block_size": number},
        )
        return tuple(answer.result_rows[0])

    default = await client.command("SELECT getSetting('max_block_size')")
    got = await asyncio.gather(*(one(number) for number in range(1, 201)))
    assert got == [(number, number, 2) for number in range(1, 201)]
    assert await client.command("SELECT getSetting('max_block_size')") == default


async def test_the_current_database_is_the_requests_own(
    engine: Engine, client: Any, connect: Connect, http: aiohttp.ClientSession
) -> None:
    """A client's database applies to its statements and to nobody else's, whatever its name."""
    name, sql_name = "odd `name` \\ '", "`odd \\`name\\` \\\\ '`"
    await client.command(f"CREATE DATABASE {sql_name}")
    odd = await connect(engine.url, database=name)
    assert (await odd.query("SELECT currentDatabase()")).result_rows == [(name,)]
    assert (await client.query("SELECT currentDatabase()")).result_rows == [(client.database,)]
    async with http.post("/", data="SELECT currentDatabase()") as response:
        assert await response.text() == "default\n"
    await client.command(f"DROP DATABASE {sql_name}")


@pytest.mark.timed
async def test_queries_run_side_by_side(client: Any) -> None:
    """Four queries of half a second take about half a second."""
    began = time.monotonic()
    await asyncio.gather(*(client.query("SELECT sleep(0.5)") for _ in range(4)))
    assert time.monotonic() - began < 1.2


@pytest.mark.timed
async def test_inserts_do_not_wait_for_queries(client: Any) -> None:
    """With every query thread busy an insert still goes through."""
    await client.command("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")
    context = await client.create_insert_context("t", ["a"], data=[[1]])
    busy = [asyncio.create_task(client.query("SELECT sleep(1)")) for _ in range(12)]
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await client.insert(context=context)
    assert time.monotonic() - began < 0.8
    await asyncio.gather(*busy)


async def test_large_results_arrive_whole(client: Any) -> None:
    """A result of many chunks is complete and in order."""
    answer = await client.query("SELECT number, toString(number) FROM numbers(500000) ORDER BY number")
    assert answer.row_count == 500_000
    assert answer.result_rows[-1] == (499_999, "499999")


async def test_a_statement_that_fails_halfway_never_looks_complete(client: Any) -> None:
    """When the first chunks are out, the connection breaks and the client raises."""
    with pytest.raises(Error):
        await client.query("SELECT throwIf(number = 1500000), number FROM numbers(2000000) SETTINGS max_threads = 1")


async def test_a_failed_statement_leaves_nothing_to_the_next(client: Any) -> None:
    """What a statement had produced when it failed does not come back in the next one's answer."""
    for _ in range(3):
        with pytest.raises(DatabaseError):
            await client.raw_query("SELECT throwIf(number = 1000000), number FROM numbers(2000000)", fmt="TabSeparated")
        assert await client.raw_query("SELECT 1", fmt="TabSeparated") == b"1\n"


async def test_a_statement_that_takes_too_much_memory_is_refused(engine: Engine, client: Any) -> None:
    """A query over the limit fails with ClickHouse's code, and the engine lives on."""
    restarts = engine.restarts
    with pytest.raises(DatabaseError) as refused:
        await client.query("SELECT groupArray(repeat('x', 1000000)) FROM numbers(3000)")
    assert refused.value.code == 241
    assert await client.command("SELECT 1") == 1
    assert engine.restarts == restarts


@pytest.mark.parametrize("result_format", ["Native", "TabSeparated"])
async def test_a_result_larger_than_the_memory_limit_streams_through(
    engine: Engine, client: Any, result_format: str
) -> None:
    """Results are passed on as they are made: the engine does not grow by what it sends."""
    assert engine.pid is not None
    before = psutil.Process(engine.pid).memory_info().rss
    size = 0
    query = "SELECT repeat('x', 100) FROM numbers(4000000)"
    async with await client.raw_stream(query, settings={"max_memory_usage": 100_000_000}, fmt=result_format) as chunks:
        async for chunk in chunks:
            size += len(chunk)
    assert size > 400_000_000
    assert psutil.Process(engine.pid).memory_info().rss - before < 200_000_000


@pytest.mark.parametrize(
    ("sql", "code", "status"),
    [
        ("SELEC 1", 62, 400),
        ("SELECT nope", 47, 404),
        ("SELECT * FROM nope", 60, 404),
        ("SELECT 1 SETTINGS nope = 1", 115, 404),
        ("SELECT {missing:String}", 456, 400),
        ("SELECT throwIf(1)", 395, 500),
        ("SELECT sleep(2) SETTINGS max_execution_time = 0.1", 159, 408),
        ("", 62, 400),
    ],
)
async def test_errors_carry_clickhouses_code_and_status(
    http: aiohttp.ClientSession, sql: str, code: int, status: int
) -> None:
    """A statement that fails answers with ClickHouse's own code, its status and its text."""
    async with http.post("/", data=sql) as response:
        assert (response.status, response.headers["X-ClickHouse-Exception-Code"]) == (status, str(code))
        assert (await response.text()).startswith(f"Code: {code}. DB::Exception: ")


async def test_the_client_sees_the_error_code(client: Any) -> None:
    """The client's exception has ClickHouse's code and name."""
    with pytest.raises(DatabaseError) as failed:
        await client.query("SELECT * FROM nope")
    assert (failed.value.code, failed.value.name) == (60, "UNKNOWN_TABLE")


async def test_an_unknown_setting_is_refused(http: aiohttp.ClientSession) -> None:
    """A setting that the engine does not know fails the statement instead of being dropped, however it is spelt."""
    async with http.post("/", params={"no_such`setting": "' x"}, data="SELECT 1") as response:
        assert response.headers["X-ClickHouse-Exception-Code"] == "115"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic aGVsaWNvcmRlcjp3cm9uZw=="},
        {"Authorization": "Basic \udcff"},
        {"Authorization": "Bearer x"},
        {"X-ClickHouse-User": "helicorder"},
        {"X-ClickHouse-User": "default", "X-ClickHouse-Key": ""},
    ],
)
async def test_nothing_runs_without_the_password(engine: Engine, headers: dict[str, str]) -> None:
    """No credentials, wrong ones and broken ones are 403 with ClickHouse's code, and only /ping needs none."""
    parts = urlsplit(engine.url)
    async with aiohttp.ClientSession(f"http://{parts.hostname}:{parts.port}") as session:
        async with session.post("/", data="SELECT 1", headers=headers) as response:
            assert (response.status, response.headers["X-ClickHouse-Exception-Code"]) == (403, "516")
        async with session.get("/ping", headers=headers) as response:
            assert (response.status, await response.text()) == (200, "Ok.\n")


async def test_the_user_headers_work_too(engine: Engine) -> None:
    """X-ClickHouse-User and X-ClickHouse-Key are as good as basic authentication."""
    parts = urlsplit(engine.url)
    headers = {"X-ClickHouse-User": parts.username or "", "X-ClickHouse-Key": parts.password or ""}
    address = f"http://{parts.hostname}:{parts.port}/"
    async with aiohttp.ClientSession() as session, session.post(address, data="SELECT 1", headers=headers) as response:
        assert await response.text() == "1\n"


async def test_a_client_with_the_wrong_password_cannot_connect(engine: Engine, connect: Connect) -> None:
    """The client's own error says that authentication failed."""
    with pytest.raises(DatabaseError) as refused:
        await connect(engine.url, password="wrong")
    assert refused.value.code == 516


async def test_compression_asked_for_is_harmless_and_compressed_bodies_are_refused(
    engine: Engine, connect: Connect
) -> None:
    """A compressing client can read; its compressed insert fails with a sentence that says what to do."""
    compressing = await connect(engine.url, compress="zstd")
    assert (await compressing.query("SELECT 1")).result_rows == [(1,)]
    await compressing.command("CREATE TABLE IF NOT EXISTS compressed (a UInt64) ENGINE = Memory")
    with pytest.raises(DatabaseError, match="compress=False"):
        await compressing.insert("compressed", [[1]], column_names=["a"])
    await compressing.command("DROP TABLE compressed")


async def test_a_command_tells_an_empty_result_from_no_result(client: Any) -> None:
    """A SELECT without rows is an empty text; a CREATE is a summary."""
    assert await client.command("SELECT 1 WHERE 0") == ""
    summary = await client.command("CREATE TABLE t (a UInt64) ENGINE = Memory")
    assert summary.written_rows == 0


async def test_times_are_utc_whatever_the_machine_says(client: Any) -> None:
    """The engine's time zone is UTC."""
    assert await client.command("SELECT timezone(), serverTimezone()") == ["UTC", "UTC"]


@pytest.mark.timed
async def test_a_query_whose_client_left_is_ended(engine: Engine, client: Any, connect: Connect) -> None:
    """When the client goes away the engine stops working on its query within two seconds."""
    impatient = await connect(engine.url, send_receive_timeout=1, query_retries=0)
    with pytest.raises(OperationalError):
        await impatient.query("SELECT count() FROM numbers(1e12) WHERE NOT ignore('left')")
    others = "SELECT count() FROM system.processes WHERE query LIKE '%ignore%' AND query NOT LIKE '%system.processes%'"
    deadline = time.monotonic() + 2
    while await client.command(others):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_the_limits_hold_from_the_start(client: Any) -> None:
    """Memory, threads, time and outgoing tries are bounded by default."""
    assert await client.command(
        "SELECT getSetting('max_memory_usage'), getServerSetting('max_server_memory_usage'), getSetting('max_threads'),"
        " getSetting('max_execution_time'), getSetting('http_max_tries')"
    ) == [str(1024 << 20), str(1536 << 20), "2", "60", "1"]
