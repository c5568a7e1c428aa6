"""Rows out as files: their columns, and their JSON lines while the store reads them."""

import enum
from collections.abc import AsyncGenerator

from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.sql import export as statements
from helicorder.telemetry.sql.export import Column, Type, Wanted

__all__ = ["SCHEMA", "Column", "Subject", "Type", "Wanted", "columns", "lines"]

SCHEMA = 1
"""The version of the columns, their order, names and types; raised when one of them changes."""
_MIB = 1 << 20


class Subject(enum.StrEnum):
    """What the rows of a file are."""

    SCORES = "scores"
    VERSIONS = "versions"
    CALLS = "calls"


_SETTINGS: dict[str, str | int] = {
    "date_time_output_format": "iso",
    "output_format_json_quote_64bit_integers": 0,
    "output_format_json_escape_forward_slashes": 0,
    # What is held in memory: sides of a join, groups of scores. More goes to the disk.
    "join_algorithm": "grace_hash",
    "max_bytes_in_join": 64 * _MIB,
    "max_bytes_before_external_group_by": 128 * _MIB,
    # As long as the caller takes to read it; a server that fails half-way breaks the connection.
    "max_execution_time": 24 * 3600,
    "http_send_timeout": 600,
    "http_write_exception_in_output_format": 0,
}


def columns(subject: Subject, *, bodies: bool = False) -> tuple[Column, ...]:
    """The columns of a file, in order; calls have their texts too where ``bodies`` are wanted."""
    match subject:
        case Subject.SCORES:
            return statements.SCORES
        case Subject.VERSIONS:
            return statements.VERSIONS
        case Subject.CALLS:
            return (*statements.CALLS, *(statements.BODIES if bodies else ()))


async def lines(
    telemetry: Telemetry, org_id: str, subject: Subject, wanted: Wanted, *, nested: bool, bodies: bool = False
) -> AsyncGenerator[bytes]:
    """The rows as JSON objects, one to a line, in pieces as they are made.

    A piece may end within a line. A map is an object in them where ``nested``, else a text that holds one.

    The first piece is there on return, and what is not read is not made. Closing the generator ends the statement. An
    error from it means that the rows are not all.

    Raises:
        Invalid: the filter on calls says something that cannot be asked.
    """
    match subject:
        case Subject.SCORES:
            sql, params = statements.of_scores(org_id, wanted, nested=nested)
        case Subject.VERSIONS:
            sql, params = statements.of_versions(org_id, wanted, nested=nested)
        case Subject.CALLS:
            sql, params = statements.of_calls(org_id, wanted, nested=nested, bodies=bodies)
    return await telemetry.stream(sql, params, into="JSONEachRow", settings=_SETTINGS)
