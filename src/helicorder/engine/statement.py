"""A statement on its way to the engine: what it depends on, what its text gives away, how it fails. No chDB here."""

import re
from collections.abc import Mapping

import msgspec

STD_EXCEPTION = 1001
_CODE = re.compile(r"Code: (\d+)\.")
_FORMAT = re.compile(rb"\bFORMAT\s+(\w+)\s*;?\s*\Z", re.IGNORECASE)
_FORMAT_WINDOW_BYTES = 256
_NAME = rb'(?:[A-Za-z_]\w*+|`(?:[^`\\]|\\.|``)*+`|"(?:[^"\\]|\\.|"")*+")'
_INSERT_DATA = re.compile(
    rb"(\s*INSERT\s+INTO\s+(?:TABLE\s+)?+%(name)s(?:\s*\.\s*%(name)s)?+\s*+(?:\((?:%(name)s|[\s,.])*+\))?+)"
    rb"\s*+FORMAT\s+(\w++)[ \t\f]*+(?:\r?\n)?+" % {b"name": _NAME},
    re.IGNORECASE | re.DOTALL,
)


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One SQL statement and everything it depends on.

    `tag` names it to `Store.kill`; `sql` may carry an INSERT's data behind its FORMAT clause, as ClickHouse takes it;
    `parameters` are in ClickHouse's escaped text form.
    """

    tag: int
    sql: bytes
    database: str
    default_format: str
    settings: Mapping[str, str]
    parameters: Mapping[str, str]


class StatementFailed(Exception):
    """The engine refused or could not finish a statement; `code` is ClickHouse's."""

    def __init__(self, message: str) -> None:
        found = _CODE.search(message)
        self.code = int(found[1]) if found else STD_EXCEPTION
        self.message = message[found.start() :] if found else message
        super().__init__(self.message)


def output_format(statement: Statement) -> str:
    """The format its result comes in: its FORMAT clause, or else the default."""
    named = _FORMAT.search(statement.sql[-_FORMAT_WINDOW_BYTES:])
    return named[1].decode() if named else statement.default_format


def insert_with_data(sql: bytes) -> re.Match[bytes] | None:
    """The head of an INSERT whose data follows its FORMAT clause: groups are the INSERT and the format's name."""
    return _INSERT_DATA.match(sql)


def quoted(text: str, mark: str) -> str:
    """`text` as a ClickHouse identifier (mark `) or string (mark ')."""
    return mark + text.replace("\\", "\\\\").replace(mark, "\\" + mark) + mark
