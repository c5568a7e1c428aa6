"""chDB, and nothing but chDB: statements in, bytes out, each on a connection of its own.

A new connection to the open engine costs a quarter of a millisecond, runs beside all others and takes its settings,
its current database, its parameters and its buffers with it when it closes. So there is no pool, and nothing can leak
between statements. (On a kept connection it can: after a result that outgrew its memory chDB was seen to return what
there was of it as the next statement's.)
"""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import IO, Any, Self

import msgspec
from chdb import _chdb

from helicorder.engine.statement import Statement, StatementFailed, insert_with_data, output_format, quoted

HEAD_BYTES = 1 << 20
# The query limit bounds one statement; this is what the process may take beyond it: code, caches, merges, results.
OVERHEAD_MB = 512
MARK_CACHE_BYTES = 128 << 20
EXECUTION_SECONDS = 60
# Formats whose chunks put one after another are the whole, so that a result can be sent while it is made. Results in
# other formats are built in memory, which chDB's limits notice late and which it is slow to give back.
STREAMED_FORMATS = frozenset({"Native", "TabSeparated", "JSONEachRow"})
_NOT_STREAMED = "Streaming query is not supported"
# Compiled, so without types. The wrapper around it adds pandas and pyarrow: a tenth of a second and 35 MB, unused here.
native: Any = _chdb


class Limits(msgspec.Struct, frozen=True):
    """What the engine may use: memory of one statement in MiB, threads of one statement."""

    memory_mb: int
    threads: int


class Answer(msgspec.Struct, kw_only=True):
    """What a statement returned: the first MiB or more of it, the rest (None: there is none), and its figures.

    `format` is empty for a statement without a result set. The figures are complete when there is no rest.
    """

    head: bytes = b""
    rest: "Rest | None" = None
    format: str = ""
    rows_read: int = 0
    bytes_read: int = 0
    rows_written: int = 0
    bytes_written: int = 0
    result_rows: int = 0
    elapsed_seconds: float = 0.0


class Rest:
    """The part of a result that has not been fetched yet; its connection closes when it is dropped."""

    def __init__(self, connection: Any, stream: Any) -> None:
        self._connection = connection
        self._stream = stream

    def fetch(self, answer: Answer) -> bytes:
        """The next chunk, its figures added to `answer`; empty at the end.

        Raises:
            StatementFailed: the statement failed on the way.
        """
        try:
            chunk = self._connection.streaming_fetch_result(self._stream)
        except RuntimeError as error:
            raise StatementFailed(str(error)) from None
        answer.rows_read += chunk.storage_rows_read()
        answer.bytes_read += chunk.storage_bytes_read()
        answer.result_rows += chunk.rows_read()
        answer.elapsed_seconds = max(answer.elapsed_seconds, chunk.elapsed())
        return chunk.bytes() or b"" if chunk.rows_read() else b""


class Store:
    """An open chDB directory: one per process.

    `path` is relative and plain, since chDB takes a `?` in it for the beginning of options. `database` is made if it is
    not there: chDB's own `default` looks tables it does not know up in the file system.
    """

    def __init__(self, path: str, *, database: str, limits: Limits) -> None:
        self._options = (
            f"{path}?max_threads={limits.threads}&max_memory_usage={limits.memory_mb << 20}"
            f"&max_execution_time={EXECUTION_SECONDS}&http_max_tries=1"
        )
        # The engine lives as long as a connection does, and the first one sets what is the server's.
        self._keeper = native.connect(
            f"{self._options}&max_server_memory_usage={(limits.memory_mb + OVERHEAD_MB) << 20}"
            f"&mark_cache_size={MARK_CACHE_BYTES}"
        )
        self._keeper.query(f"CREATE DATABASE IF NOT EXISTS {quoted(database, '`')} ENGINE = Atomic", "Null")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keeper.close()

    def run(self, statement: Statement) -> Answer:
        """Run one statement, on any thread.

        Raises:
            StatementFailed: the engine says no.
        """
        connection = native.connect(f"{self._options}&log_comment={statement.tag}")
        answer = None
        try:
            _prepare(connection, statement)
            answer = _answer(connection, statement)
            return answer
        except RuntimeError as error:
            raise StatementFailed(str(error)) from None
        finally:
            if answer is None or answer.rest is None:
                connection.close()

    def kill(self, tag: int) -> None:
        """End the query of that tag, if it is still running; other statements than queries are left to finish."""
        connection = native.connect(self._options)
        try:
            connection.query(
                f"KILL QUERY WHERE Settings['log_comment'] = '{tag}' AND query_kind = 'Select' ASYNC", "Null"
            )
        finally:
            connection.close()


def _prepare(connection: Any, statement: Statement) -> None:
    if statement.database:
        connection.query(f"USE {quoted(statement.database, '`')}", "Null")
    if statement.settings:
        pairs = (f"{quoted(name, '`')} = {quoted(value, chr(39))}" for name, value in statement.settings.items())
        connection.query(f"SET {', '.join(pairs)}", "Null")


def _answer(connection: Any, statement: Statement) -> Answer:
    insert = insert_with_data(statement.sql)
    if insert is not None:
        return _insert(connection, insert, statement.sql)
    result_format = output_format(statement)
    if result_format in STREAMED_FORMATS:
        try:
            stream = connection.send_query(statement.sql, result_format, params=dict(statement.parameters))
        except RuntimeError as error:
            if _NOT_STREAMED not in str(error):
                raise
        else:
            return _begin(Rest(connection, stream), result_format)
    return _whole(connection, statement, result_format)


def _begin(rest: Rest, result_format: str) -> Answer:
    answer = Answer(format=result_format)
    chunks: list[bytes] = []
    size = 0
    while size < HEAD_BYTES:
        chunk = rest.fetch(answer)
        if not chunk:
            break
        chunks.append(chunk)
        size += len(chunk)
    else:
        answer.rest = rest
    answer.head = b"".join(chunks)
    return answer


def _whole(connection: Any, statement: Statement, result_format: str) -> Answer:
    result = connection.query(statement.sql, result_format, params=dict(statement.parameters))
    head = result.bytes() or b""
    return Answer(
        head=head,
        format=result_format if head or _is_read_only(connection, statement.sql) else "",
        rows_read=result.storage_rows_read(),
        bytes_read=result.storage_bytes_read(),
        rows_written=result.rows_written(),
        bytes_written=result.bytes_written(),
        result_rows=result.rows_read(),
        elapsed_seconds=result.elapsed(),
    )


def _is_read_only(connection: Any, sql: bytes) -> bool:
    return bool(connection.classify_query(sql)["query_class"] == native.query_class.READ_ONLY)


def _insert(connection: Any, insert: re.Match[bytes], sql: bytes) -> Answer:
    """Insert the data behind a FORMAT clause, read as a file: chDB's own streaming insert answers success on any error.

    Seen with chDB 4.4.0: a full disk and a violated constraint alike, with the rows counted as written.
    """
    data = memoryview(sql)[insert.end() :]
    if not data:
        return Answer()
    with _readable(data) as path:
        # Bare text, as the engine takes no parameter for a file; both come from this module and a plain word.
        source = f" SELECT * FROM file('{path}', {insert[2].decode()})"  # noqa: S608 -- as said above
        result = connection.query(insert[1] + source.encode(), "Null")
    return Answer(
        rows_written=result.rows_written(), bytes_written=result.bytes_written(), elapsed_seconds=result.elapsed()
    )


@contextlib.contextmanager
def _readable(data: memoryview) -> Iterator[str]:
    """A path under which the engine reads these bytes: in memory on Linux, so that a full disk does not matter here."""
    with _nameless_file() as file:
        file.write(data)
        file.seek(0)
        yield f"/dev/fd/{file.fileno()}"


def _nameless_file() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("insert"), "w+b")
    return tempfile.TemporaryFile()
