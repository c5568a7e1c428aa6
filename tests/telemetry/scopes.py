"""Which reads of a statement keep to its tenant, by the engine's own analysis of the printed SQL.

A read of a table with a column ``org_id`` keeps to the tenant when its own SELECT has ``org_id = {org:String}``, of
that very table, among the conditions that all must hold. Nothing else counts: no OR, no other table's column, no
condition of a SELECT around it or beside it.
"""

# ruff: noqa: S608 -- what is put together here is read by the engine's parser alone

import functools
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import msgspec

from helicorder.telemetry import schema
from helicorder.telemetry.client import Params, StatementError
from helicorder.telemetry.sql import confirmation, derivation, inspection, retention

Ask = Callable[[str, Params], Awaitable[list[dict[str, Any]]]]
"""Puts a SELECT to a store that has the tables."""

TENANT = "the tenant of this statement"
FUNCTIONS_OF_NO_TABLE = frozenset({"numbers"})

_TREE = "EXPLAIN QUERY TREE run_passes = 1, passes = 1, dump_ast = 0 "
_SELECT = re.compile(r"\s*(SELECT|WITH)\b")
_PARTITION, _SETTINGS = r"(?: IN PARTITION ID '\w*')?", r"(?: SETTINGS [\w =]+)?"
_INSERT = re.compile(r"INSERT INTO \w+ \([^()]*\) (SELECT .*)", re.DOTALL)
_DELETE = re.compile(rf"DELETE FROM (\w+){_PARTITION} WHERE (.*?){_SETTINGS}", re.DOTALL)
_UPDATE = re.compile(rf"ALTER TABLE (\w+) UPDATE [^()]*?{_PARTITION} WHERE (.*?){_SETTINGS}", re.DOTALL)

_WITH_TENANTS = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+)\s*\([^;]*?^\s*org_id\b", re.MULTILINE)
_TABLE = re.compile(r"TABLE id: (\d+).*?, table_name: (?:[^,]*\.)?`?(\w+)`?(?:,|$)")
_FUNCTION_OF_ROWS = re.compile(r"TABLE_FUNCTION id: .*table_function_name: (\w+)")
_ALL = re.compile(r"FUNCTION id: \d+, function_name: and,")
_EQUALS = re.compile(r"FUNCTION id: \d+, function_name: equals,")
_ORG_ID = re.compile(r"COLUMN id: \d+, column_name: org_id, .*source_id: (\d+)$")
_IS_TENANT = re.compile(rf"CONSTANT id: \d+, constant_value: '{TENANT}',")


class Exemption(msgspec.Struct, frozen=True):
    """Statements that may read or change the rows of all tenants, and why.

    Attributes:
        example: one of them. pattern: what all of them look like, where they are not all the same.
    """

    example: str
    reason: str
    pattern: str = ""

    def covers(self, sql: str) -> bool:
        """Whether a statement is one of these."""
        return re.fullmatch(self.pattern or re.escape(self.example), sql, re.DOTALL) is not None


_MIGRATIONS = [statement for statements in schema.migrations().values() for statement in statements]
EXEMPT = {
    "confirmation.held": Exemption(
        confirmation.held(["calls"]),
        "A batch holds rows of several tenants; only the loader sees which of its versions are there.",
        r"SELECT '\w+' AS source, groupUniqArray\(version\) AS versions FROM .*",
    ),
    "inspection.RECENT_PARTS": Exemption(inspection.RECENT_PARTS, "It lists files, and no rows."),
    "inspection.check": Exemption(
        inspection.check("calls", "202603_1_1_0"),
        "It checks a file, and answers nothing of its rows.",
        r"CHECK TABLE `\w+` PART '\w+' SETTINGS check_query_single_value_result = 0",
    ),
    "inspection.STOP_MERGES": Exemption(inspection.STOP_MERGES, "It reads no rows."),
    "inspection.START_MERGES": Exemption(inspection.START_MERGES, "It reads no rows."),
    "derivation.DERIVE": Exemption(
        derivation.DERIVE, "A batch holds rows of several tenants; each row that is derived carries its own tenant."
    ),
    "derivation.JUDGED": Exemption(
        derivation.JUDGED, "It asks whether anything follows from a batch of several tenants; only the loader is told."
    ),
    "retention.sweep": Exemption(
        retention.sweep("calls", "202603"),
        "It rewrites a partition without rows that are hidden already. What hides them keeps to a tenant.",
        r"ALTER TABLE \w+ APPLY DELETED MASK IN PARTITION ID '\w+' SETTINGS mutations_sync = 0",
    ),
    "retention.TAKE_BACK": Exemption(retention.TAKE_BACK, "It gives up on a change that fails."),
    "schema.VERSIONS": Exemption(schema.VERSIONS, "It makes a table."),
    "schema.migrations": Exemption(_MIGRATIONS[0], "They make tables.", "|".join(map(re.escape, _MIGRATIONS))),
}
"""Statements of the product that keep to no tenant."""


@functools.cache
def tables() -> frozenset[str]:
    """The tables that have tenants, as the migrations make them."""
    return frozenset(_WITH_TENANTS.findall(";\n".join(_MIGRATIONS)))


async def stray_reads(ask: Ask, sql: str, params: Params) -> list[str]:
    """What of a statement does not keep to its tenant, a sentence each; none where all does."""
    select = _reading(sql)
    if select is None:
        return [f"It is not known what this statement reads or changes: {sql}"]
    try:
        rows = await ask(_TREE + select, {**params, "org": TENANT})
    except StatementError as error:
        return [f"The engine does not explain this statement: {sql}: {error.detail}"]
    tree = _parsed("\n".join(row["explain"] for row in rows).split("\n"))
    return [f"{stray}: {sql}" for stray in _strays(tree, frozenset())]


def _reading(sql: str) -> str | None:
    """A SELECT that reads what a statement reads or changes; None where that is not known."""
    if _SELECT.match(sql):
        return sql
    if found := _INSERT.fullmatch(sql):
        return found[1]
    if found := _DELETE.fullmatch(sql) or _UPDATE.fullmatch(sql):
        return f"SELECT 1 FROM {found[1]} WHERE {found[2]}"
    return None


class _Node(msgspec.Struct):
    """A line of the engine's tree, and what is indented below it."""

    text: str
    children: list["_Node"] = []

    def under(self, *titles: str) -> Iterator["_Node"]:
        """What is below the children with one of these titles."""
        return (below for child in self.children if child.text in titles for below in child.children)


def _parsed(lines: Sequence[str]) -> _Node:
    root = _Node("")
    path = [(-1, root)]
    for line in lines:
        text = line.lstrip(" ")
        indent = len(line) - len(text)
        while path[-1][0] >= indent:
            path.pop()
        node = _Node(text)
        path[-1][1].children.append(node)
        path.append((indent, node))
    return root


def _strays(node: _Node, kept: frozenset[str]) -> Iterator[str]:
    """The reads at and below a node that do not keep to the tenant; those of ``kept``, by id, do."""
    if node.text.startswith("QUERY id: "):
        conditions = [one for condition in node.under("WHERE", "PREWHERE") for one in _all_of(condition)]
        kept = frozenset(table for one in conditions for table in _kept_by(one))
    table, function = _TABLE.match(node.text), _FUNCTION_OF_ROWS.match(node.text)
    if table and table[2] in tables() and table[1] not in kept:
        yield f"{table[2]} is read for all tenants"
    if function and function[1] not in FUNCTIONS_OF_NO_TABLE:
        yield f"{function[1]} reads what is not known"
    for child in node.children:
        yield from _strays(child, kept)


def _arguments(function: _Node) -> list[_Node]:
    return [argument for arguments in function.under("ARGUMENTS") for argument in arguments.children]


def _all_of(condition: _Node) -> Iterator[_Node]:
    """The conditions that all must hold."""
    if _ALL.match(condition.text):
        for argument in _arguments(condition):
            yield from _all_of(argument)
    else:
        yield condition


def _kept_by(condition: _Node) -> Iterator[str]:
    """The id of the table that a condition keeps to the tenant, if it does."""
    if _EQUALS.match(condition.text):
        column, value = _arguments(condition)
        if (of := _ORG_ID.match(column.text)) and _IS_TENANT.match(value.text):
            yield of[1]
