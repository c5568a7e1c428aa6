"""Filters as SQL conditions, on rows of ``calls``, or of ``scores``, which hold the columns of the judged call too.

Fixed words and typed placeholders: no value ever becomes text. Every statement starts from a tenant, and every fragment
reads tables through `tenant.read`.

What a condition means where Helicone leaves it open: text that is not known is the empty text; a number that is not
known satisfies nothing but ``equals "null"``; a property that a call lacks compares as the empty text, so
``not-equals`` holds.
"""

# ruff: noqa: S608 -- what is put together here are this file's own words and placeholders

import datetime as dt
import re
from typing import assert_never

from helicorder.errors import Invalid
from helicorder.model.filter import (
    NUMBER_FIELDS,
    TIME_FIELDS,
    Both,
    Condition,
    Either,
    Everything,
    Field,
    FieldIs,
    Filter,
    HasProperty,
    IsScored,
    Operator,
    PropertyIs,
    Says,
    ScoreIs,
)
from helicorder.model.score import ScoreKind
from helicorder.model.words import is_unparted, searchable
from helicorder.telemetry.instants import microseconds
from helicorder.telemetry.sql.current import current
from helicorder.telemetry.sql.tenant import read

Query = tuple[str, dict[str, object]]
"""A statement and the parameters to send beside it."""

PAIRS = "arrayMap((k, v) -> concat(toString(length(k)), ':', k, v), mapKeys(properties), mapValues(properties))"
"""What the index by_property is an index of: each property as one word, unmistakable by the length of its key."""

# A ClickHouse server reads at most 1,000 form fields of 128 KiB, and the statement is one of them.
MAX_CONDITIONS = 100
MAX_TEXT_LENGTH = 10_000
MAX_WORDS = 64

UNKNOWN = "null"
EMPTY = "__empty__"

# The words that the index by_words knows.
_TOKEN = re.compile(r"[0-9A-Za-z\x80-\U0010ffff]+")
BODIES = frozenset({Field.REQUEST_BODY, Field.RESPONSE_BODY})

CANCELLED = "status = -3"
"""The caller left before the answer was whole: neither a success nor an error."""
ERROR = f"(status >= 400 OR (status < 0 AND NOT {CANCELLED}))"
OUTCOME = f"multiIf({CANCELLED}, 'cancelled', {ERROR}, 'yes', 'no')"
"""Whether a call failed, in a word."""
TOTAL_TOKENS = (
    "prompt_tokens + ifNull(prompt_cache_read_tokens, 0) + ifNull(prompt_cache_write_tokens, 0) "
    "+ completion_tokens + ifNull(reasoning_tokens, 0)"
)
"""All tokens of a call, each counted once; NULL where prompt or completion is not known."""

ORDERED = {
    Operator.EQUALS: "=",
    Operator.NOT_EQUALS: "!=",
    Operator.GT: ">",
    Operator.GTE: ">=",
    Operator.LT: "<",
    Operator.LTE: "<=",
}
MATCHED = {
    Operator.EQUALS: "=",
    Operator.NOT_EQUALS: "!=",
    Operator.LIKE: "LIKE",
    Operator.ILIKE: "ILIKE",
    Operator.CONTAINS: "ILIKE",
    Operator.NOT_CONTAINS: "NOT ILIKE",
}


class Statement:
    """The parameters of one statement in the making; its tenant is the first of them.

    Attributes:
        judged: its conditions are put to rows of ``scores`` instead of ``calls``.
        as_of: the version up to which it reads; None for all.
    """

    def __init__(self, org_id: str, *, judged: bool = False, as_of: int | None = None) -> None:
        self.judged = judged
        self.as_of = as_of
        self.params: dict[str, object] = {"org": org_id}
        self._names: dict[tuple[str, str | float], str] = {}
        self._conditions = 0

    def bind(self, kind: str, value: str | float) -> str:
        """The placeholder for a value of a ClickHouse type; equal values are sent once."""
        name = self._names.setdefault((kind, value), f"p{len(self._names)}")
        self.params[name] = value
        return f"{{{name}:{kind}}}"

    def text(self, value: str) -> str:
        """The placeholder for a text.

        Raises:
            Invalid: longer than MAX_TEXT_LENGTH.
        """
        if len(value) > MAX_TEXT_LENGTH:
            raise Invalid(f"A value in a filter may have at most {MAX_TEXT_LENGTH} characters.")
        return self.bind("String", value)

    @property
    def request_id(self) -> str:
        """The column that holds the request id."""
        return "target_id" if self.judged else "request_id"

    @property
    def no_later(self) -> str:
        """The condition that keeps to the mark, empty where there is none."""
        return "" if self.as_of is None else f"version <= {self.bind('UInt64', self.as_of)}"

    def instant(self, at: dt.datetime) -> str:
        """The placeholder for a time."""
        return f"fromUnixTimestamp64Micro({self.bind('Int64', microseconds(at))}, 'UTC')"

    def query(self, text: str) -> Query:
        """The finished statement."""
        return text, self.params

    def count_condition(self) -> None:
        """Notes one more condition.

        Raises:
            Invalid: more than MAX_CONDITIONS.
        """
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise Invalid(f"A filter may have at most {MAX_CONDITIONS} conditions.")


def condition(statement: Statement, wanted: Filter) -> str:
    """The condition on a row, which may be NULL; linear in the filter's size however deep it nests.

    On ``scores`` it is put to the call that is judged, so a score whose call has not come satisfies `Everything` alone.

    Raises:
        Invalid: an operator that the field does not have, or a filter larger than a store takes.
    """
    printed: list[str] = []
    _print(statement, wanted, printed)
    text = "".join(printed)
    return f"(attached AND {text})" if statement.judged and not isinstance(wanted, Everything) else text


def _print(statement: Statement, node: Filter, printed: list[str]) -> None:
    if isinstance(node, Both | Either):
        printed.append("(")
        _print(statement, node.left, printed)
        printed.append(" AND " if isinstance(node, Both) else " OR ")
        _print(statement, node.right, printed)
        printed.append(")")
    elif isinstance(node, Everything):
        printed.append("true")
    else:
        statement.count_condition()
        printed.append(_condition(statement, node))


def _condition(statement: Statement, node: Condition) -> str:
    match node:
        case FieldIs():
            return _field(statement, node)
        case PropertyIs():
            return _property(statement, node)
        case HasProperty():
            keys = [statement.text(key) for key in spellings(node.key)]
            return "(" + " OR ".join(_has(statement, key) for key in keys) + ")"
        case ScoreIs():
            return _score(statement, node)
        case IsScored():
            negation = "" if node.scored else "NOT "
            scored = current(statement, "target = 'request'")
            return f"{statement.request_id} {negation}IN (SELECT target_id {scored})"
        case Says():
            return _says(statement, node)
        case _:
            assert_never(node)


def _field(statement: Statement, node: FieldIs) -> str:
    made = {Field.REQUEST_ID: statement.request_id, Field.TOTAL_TOKENS: f"({TOTAL_TOKENS})", Field.ERROR: OUTCOME}
    column = made.get(node.field, node.field)
    if node.field in NUMBER_FIELDS:
        return _number(statement, column, node)
    if node.field in TIME_FIELDS:
        if not isinstance(node.value, dt.datetime):
            raise Invalid(f"{column} is compared with a time.")
        return f"{column} {_ordered(node.operator, column)} {statement.instant(node.value)}"
    if not isinstance(node.value, str):
        raise Invalid(f"{column} is compared with text.")
    equality = node.operator in (Operator.EQUALS, Operator.NOT_EQUALS)
    value = "" if equality and node.value in (UNKNOWN, EMPTY) else node.value
    if node.field not in BODIES:
        return _matched(statement, column, node.operator, value)
    return _among_bodies(statement, _matched(statement, f"ifNull({column}, '')", node.operator, value))


def _among_bodies(statement: Statement, body: str) -> str:
    """That a call's bodies satisfy a condition. Those of an earlier version of the call do not count."""
    if statement.judged:
        return f"(created_at, target_id) IN (SELECT created_at, request_id {read('bodies FINAL', body)})"
    # By version, which a call and its bodies share, and not by FINAL: an index may then leave out whatever it can.
    return f"(created_at, request_id, version) IN (SELECT created_at, request_id, version {read('bodies', body)})"


def _says(statement: Statement, node: Says) -> str:
    said = _said(statement, node)
    if not statement.judged:
        return said
    return f"(created_at, target_id) IN (SELECT created_at, request_id {read('calls FINAL', said)})"


def _said(statement: Statement, node: Says) -> str:
    """Whole words by the index alone; where more than words is asked for, what they are part of as well."""
    text = searchable(node.text)
    inside = f"words LIKE {statement.text('%' + _escaped(text) + '%')}"
    words = _TOKEN.findall(text)
    if not node.whole or not words or is_unparted(text):
        return inside
    if len(words) > MAX_WORDS:
        raise Invalid(f"A search may have at most {MAX_WORDS} words.")
    token = f"hasAllTokens(words, {statement.text(text)})"
    return token if words == [text] else f"({token} AND {inside})"


def _escaped(text: str) -> str:
    """A text as LIKE takes it literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _number(statement: Statement, column: str, node: FieldIs) -> str:
    equality = {Operator.EQUALS: "IS NULL", Operator.NOT_EQUALS: "IS NOT NULL"}
    if node.value == UNKNOWN and node.operator in equality:
        return f"{column} {equality[node.operator]}"
    if isinstance(node.value, str | dt.datetime):
        raise Invalid(f"{column} is compared with a number.")
    # Doubles on both sides: a cost of 0.1 equals 0.1.
    return f"toFloat64({column}) {_ordered(node.operator, column)} {statement.bind('Float64', _double(node.value))}"


def _property(statement: Statement, node: PropertyIs) -> str:
    """The first of: the edit of the key as given, the call's own; then the same of the key in lower case."""
    keys = list(spellings(node.key))
    if node.operator is Operator.EQUALS and node.value and not statement.judged:
        first, *others = [_has_value(statement, key, node.value) for key in keys]
        return f"({first} OR ({others[0]} AND NOT {_has(statement, statement.text(keys[0]))}))" if others else first
    matches = [_value_matches(statement, key, node) for key in keys]
    # The last spelling needs no test: a call that lacks it compares as the empty text.
    given = _has(statement, statement.text(keys[0]))
    return matches[0] if len(matches) == 1 else f"if({given}, {matches[0]}, {matches[1]})"


def _value_matches(statement: Statement, name: str, node: PropertyIs) -> str:
    """That the value under one spelling compares so; without any, the empty text does."""
    key = statement.text(name)
    match = _matched(statement, f"properties[{key}]", node.operator, node.value)
    if statement.judged:
        return match
    edit = _matched(statement, "value", node.operator, node.value)
    return f"if({_edited(statement, key)}, {_edited_so(statement, key, edit)}, {match})"


def _has_value(statement: Statement, name: str, value: str) -> str:
    """That there is this very value under one spelling: said so that the index by_property and that of ids find it."""
    key = statement.text(name)
    pair = statement.bind("String", f"{len(name.encode())}:{name}{value}")
    edit = f"value = {statement.text(value)}"
    return f"((has({PAIRS}, {pair}) AND NOT {_edited(statement, key)}) OR {_edited_so(statement, key, edit)})"


def _edited_so(statement: Statement, key: str, edit: str) -> str:
    edits = current_edits(statement, f"key = {key}")
    return f"request_id IN (SELECT request_id FROM ({edits}) WHERE {edit})"


def current_edits(statement: Statement, wanted: str) -> str:
    """The newest edits among those that a condition on key or request_id takes, up to the statement's mark."""
    return (
        f"SELECT * {read('property_edits', wanted, statement.no_later)} "
        "ORDER BY version DESC LIMIT 1 BY request_id, key"
    )


def spellings(key: str) -> tuple[str, ...]:
    """The key as given, then as headers store it."""
    return tuple(dict.fromkeys((key, key.lower())))


def _edited(statement: Statement, key: str) -> str:
    return f"request_id IN (SELECT request_id {read('property_edits', f'key = {key}', statement.no_later)})"


def _has(statement: Statement, key: str) -> str:
    own = f"mapContains(properties, {key})"
    return own if statement.judged else f"({_edited(statement, key)} OR {own})"


def _score(statement: Statement, node: ScoreIs) -> str:
    compared = ((node.operator, node.value), *node.also)
    value = " AND ".join(
        f"value {_ordered(operator, 'A score')} {statement.bind('Float64', _double(number))}"
        for operator, number in compared
    )
    kind = ""
    if node.boolean is not None:
        kind = f" AND kind = {statement.bind('String', ScoreKind.BOOLEAN if node.boolean else ScoreKind.NUMERIC)}"
    where = f"target = 'request' AND name = {statement.text(node.name)} AND {value}{kind}"
    return f"{statement.request_id} IN (SELECT target_id {current(statement, where)})"


def _ordered(operator: Operator, what: str) -> str:
    if operator not in ORDERED:
        raise Invalid(f"{what} has no order that {operator} could test: use {', '.join(ORDERED)}.")
    return ORDERED[operator]


def _matched(statement: Statement, column: str, operator: Operator, value: str) -> str:
    if operator not in MATCHED:
        raise Invalid(f"Text cannot be compared with {operator}: use {', '.join(MATCHED)}.")
    if operator in (Operator.CONTAINS, Operator.NOT_CONTAINS):
        value = f"%{_escaped(value)}%"
    elif operator in (Operator.LIKE, Operator.ILIKE) and (len(value) - len(value.rstrip("\\"))) % 2:
        value += "\\"  # a backslash that escapes nothing stands for itself, instead of being an error
    return f"{column} {MATCHED[operator]} {statement.text(value)}"


def compared(statement: Statement, of: str, operator: Operator, value: str | float | dt.datetime) -> str:
    """The condition that any expression compares so with a value of its own type: text, number (as doubles) or time.

    Raises:
        Invalid: an operator that the type does not have.
    """
    if isinstance(value, str):
        equality = operator in (Operator.EQUALS, Operator.NOT_EQUALS)
        return _matched(statement, of, operator, "" if equality and value in (UNKNOWN, EMPTY) else value)
    if isinstance(value, dt.datetime):
        return f"{of} {_ordered(operator, 'A time')} {statement.instant(value)}"
    return f"toFloat64({of}) {_ordered(operator, 'A number')} {statement.bind('Float64', _double(value))}"


def _double(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def redacted(wanted: Filter) -> str:
    """A filter for the log: its shape, fields and operators; every value, property key and score name is ``?``."""
    if isinstance(wanted, Both | Either):
        joint = "and" if isinstance(wanted, Both) else "or"
        return f"({redacted(wanted.left)} {joint} {redacted(wanted.right)})"
    match wanted:
        case Everything():
            said = "all"
        case FieldIs():
            said = f"{wanted.field} {wanted.operator} ?"
        case PropertyIs():
            said = f"property ? {wanted.operator} ?"
        case HasProperty():
            said = "has property ?"
        case ScoreIs():
            said = f"score ? {wanted.operator} ?"
        case IsScored():
            said = "scored" if wanted.scored else "not scored"
        case Says():
            said = "says ?"
        case _:
            assert_never(wanted)
    return said
