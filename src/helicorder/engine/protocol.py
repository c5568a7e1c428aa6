"""ClickHouse's HTTP protocol, as much of it as its official clients use, in front of a Store."""

import asyncio
import base64
import contextlib
import hmac
import itertools
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import msgspec
import structlog
from aiohttp import web

from helicorder.engine.statement import Statement, StatementFailed, insert_with_data
from helicorder.engine.store import Answer, Rest, Store

PARALLEL_QUERIES = 8
PARALLEL_INSERTS = 2
MAX_REQUEST_BYTES = 1 << 30
MAX_LINE_BYTES = 1 << 20
DEFAULT_FORMAT = "TabSeparated"
PARAMETER_PREFIX = "param_"
CANCEL_SETTING = "cancel_http_readonly_queries_on_client_close"
# Parameters of a request that are not settings of its statement; those without effect here are accepted and ignored.
REQUEST_PARAMETERS = frozenset(
    {
        "query",
        "database",
        "default_format",
        "query_id",
        "quota_key",
        "session_id",
        "session_timeout",
        "session_check",
        "wait_end_of_query",
        "buffer_size",
        "compress",
        "decompress",
        "client_protocol_version",
        "role",
        "user",
        "password",
    }
)
AUTHENTICATION_FAILED = 516
BAD_REQUEST_CODE = 36
STATUS_OF_CODE = {
    **dict.fromkeys((27, 36, 43, 53, 62, 69, 70, 72, 386, 456, 457), HTTPStatus.BAD_REQUEST),
    **dict.fromkeys((16, 46, 47, 50, 56, 60, 73, 81, 115, 119), HTTPStatus.NOT_FOUND),
    **dict.fromkeys((164, 497, AUTHENTICATION_FAILED), HTTPStatus.FORBIDDEN),
    48: HTTPStatus.NOT_IMPLEMENTED,
    159: HTTPStatus.REQUEST_TIMEOUT,
}

log = structlog.get_logger()


class Credentials(msgspec.Struct, frozen=True):
    """The one user that may talk to the engine."""

    user: str
    password: str


class BadRequest(StatementFailed):
    """The request is not one of ClickHouse's protocol, or uses a part of it that is not served here."""

    def __init__(self, message: str) -> None:
        super().__init__(f"Code: {BAD_REQUEST_CODE}. DB::Exception: {message} (BAD_ARGUMENTS)")


class Protocol:
    """Answers requests from a Store; queries and inserts have threads of their own, so neither starves the other."""

    def __init__(self, store: Store, credentials: Credentials) -> None:
        self._store = store
        self._basic = base64.b64encode(f"{credentials.user}:{credentials.password}".encode())
        self._queries = ThreadPoolExecutor(PARALLEL_QUERIES, thread_name_prefix="query")
        self._inserts = ThreadPoolExecutor(PARALLEL_INSERTS, thread_name_prefix="insert")
        self._tags = itertools.count(1)

    def application(self) -> web.Application:
        """The routes: GET /ping for anybody, POST / for those who know the password."""
        application = web.Application(client_max_size=MAX_REQUEST_BYTES)
        application.router.add_get("/ping", _ping)
        application.router.add_post("/", self._statement)
        return application

    async def _statement(self, request: web.Request) -> web.StreamResponse:
        if not hmac.compare_digest(_presented(request), self._basic):
            return _failure(
                StatementFailed(
                    f"Code: {AUTHENTICATION_FAILED}. DB::Exception: Authentication failed: password is incorrect, "
                    "or there is no user with such name. (AUTHENTICATION_FAILED)"
                )
            )
        try:
            statement = await _read(request, next(self._tags))
        except StatementFailed as failed:
            return _failure(failed)
        try:
            return await self._answered(request, statement)
        except asyncio.CancelledError:
            if statement.settings.get(CANCEL_SETTING) == "1":
                asyncio.get_running_loop().run_in_executor(None, self._store.kill, statement.tag)
            raise

    async def _answered(self, request: web.Request, statement: Statement) -> web.StreamResponse:
        threads = self._queries if insert_with_data(statement.sql) is None else self._inserts
        try:
            answer = await asyncio.get_running_loop().run_in_executor(threads, self._store.run, statement)
        except StatementFailed as failed:
            return _failure(failed)
        response = web.StreamResponse(headers=_headers(request, answer))
        if answer.rest is None:
            response.content_length = len(answer.head)
        with contextlib.suppress(ConnectionResetError):  # a client that has left needs no answer
            await response.prepare(request)
            await response.write(answer.head)
            if answer.rest is not None:
                await self._send_rest(request, response, answer.rest, answer)
        return response

    async def _send_rest(self, request: web.Request, response: web.StreamResponse, rest: Rest, answer: Answer) -> None:
        loop = asyncio.get_running_loop()
        try:
            while chunk := await loop.run_in_executor(self._queries, rest.fetch, answer):
                await response.write(chunk)
        except StatementFailed as failed:
            # The status has gone out: breaking the connection is the only way left to say that this is not the end.
            log.warning("engine_result_broken_off", code=failed.code)
            if request.transport is not None:
                request.transport.abort()


async def _ping(_: web.Request) -> web.Response:
    return web.Response(text="Ok.\n")


def _presented(request: web.Request) -> bytes:
    """The credentials of a request in the form of HTTP's basic scheme."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return encoded.strip().encode(errors="surrogateescape")
    user, key = (request.headers.get(name, "") for name in ("X-ClickHouse-User", "X-ClickHouse-Key"))
    return base64.b64encode(f"{user}:{key}".encode(errors="surrogateescape"))


async def _read(request: web.Request, tag: int) -> Statement:
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise BadRequest("Compressed requests are not served here: use compress=False.")
    fields = dict(request.query)
    if request.content_type == "multipart/form-data":
        for name, value in (await request.post()).items():
            if not isinstance(value, str):
                raise BadRequest("External data is not served here.")
            fields[name] = value
        body = b""
    else:
        body = await request.read()
    query = fields.get("query", "").encode()
    if not query and not body:
        raise StatementFailed("Code: 62. DB::Exception: Empty query. (SYNTAX_ERROR)")
    return Statement(
        tag=tag,
        sql=query + b"\n" + body if query and body else query or body,
        database=fields.get("database", ""),
        default_format=fields.get("default_format", DEFAULT_FORMAT),
        settings={
            name: value
            for name, value in fields.items()
            if name not in REQUEST_PARAMETERS and not name.startswith(PARAMETER_PREFIX)
        },
        parameters={
            name.removeprefix(PARAMETER_PREFIX): value
            for name, value in fields.items()
            if name.startswith(PARAMETER_PREFIX)
        },
    )


def _headers(request: web.Request, answer: Answer) -> dict[str, str]:
    summary = {
        "read_rows": str(answer.rows_read),
        "read_bytes": str(answer.bytes_read),
        "written_rows": str(answer.rows_written),
        "written_bytes": str(answer.bytes_written),
        "result_rows": str(answer.result_rows),
        "result_bytes": str(len(answer.head)),
        "elapsed_ns": str(int(answer.elapsed_seconds * 1e9)),
    }
    headers = {
        "X-ClickHouse-Summary": msgspec.json.encode(summary).decode(),
        "X-ClickHouse-Query-Id": request.query.get("query_id", ""),
        "X-ClickHouse-Timezone": "UTC",
        "Content-Type": "application/octet-stream",
    }
    if answer.format:
        headers["X-ClickHouse-Format"] = answer.format
    return headers


def _failure(failed: StatementFailed) -> web.Response:
    status = STATUS_OF_CODE.get(failed.code, HTTPStatus.INTERNAL_SERVER_ERROR)
    return web.Response(
        status=status, text=failed.message + "\n", headers={"X-ClickHouse-Exception-Code": str(failed.code)}
    )
