"""What a filter means, said a second time in plain Python, and sixty calls to say it of."""

import datetime as dt
import decimal
import operator
import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, assert_never

import msgspec

from helicorder.model.call import Call, Usage
from helicorder.model.filter import (
    Both,
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
from helicorder.model.row import Row
from helicorder.model.score import PropertyEdit, Score, ScoreKind
from helicorder.model.words import searchable
from helicorder.providers.conversation.digest import digest_of
from telemetry.harness import NOON, ORG

TEXTS = (
    *("", "a", "A", "gpt-4o", "GPT-4O-mini", "null", "__empty__", "100%", "100 percent", "a_b", "axb", "back\\slash"),
    *(
        "\\",
        "'",
        "O'Reilly",
        '"',
        "`",
        "new\nline",
        "tab\t",
        "cr\r",
        "nul\0",
        "😀",
        "ÄÖ",
        "äö",
        "{x:String}",
        "{p0:String}",
    ),
    *("{x:String}", "%", "_", "\\%", "--", "; DROP TABLE calls", "$$", " ", "%(p0)s"),
)
PATTERNS = (*TEXTS, "yes", "cancelled", "%a%", "_", "%\\%", "100\\%", "a\\_b", "\\\\", "%\\", "\\a", "g%-4_", "%\n%")
KEYS = ("env", "Env", "X-Y", "x-y", "it's", "{k:String}")
NAMES = ("accuracy", "it's", "helicone-score-feedback")
NUMBERS = (-3, 0, 1, 2, 0.1, 0.5, 200, 500, 1e-12, 2**53, 1e300, -(10**400))
INSTANTS = (
    *(NOON + dt.timedelta(minutes=minutes) for minutes in (-1, 0, 1, 10, 30, 10**8)),
    NOON + dt.timedelta(microseconds=1),
    dt.datetime(1, 1, 1, tzinfo=dt.UTC),
    dt.datetime(9999, 1, 1, tzinfo=dt.UTC),
)
# What parts words for the store: everything in ASCII but letters and digits.
TOKEN = re.compile(r"[0-9A-Za-z\x80-\U0010ffff]+")
TEXT_FIELDS = (
    *(Field.REQUEST_ID, Field.MODEL, Field.PROVIDER, Field.USER_ID, Field.TARGET_URL, Field.PROMPT_ID),
    *(Field.PROMPT_VERSION, Field.REFERRER, Field.COUNTRY_CODE, Field.REQUEST_BODY, Field.RESPONSE_BODY, Field.ERROR),
)
INSTANT_FIELDS = (Field.CREATED_AT, Field.RESPONSE_AT)
NUMBER_FIELDS = tuple(field for field in Field if field not in TEXT_FIELDS + INSTANT_FIELDS)
TEXT_OPERATORS = (
    *(Operator.EQUALS, Operator.NOT_EQUALS, Operator.LIKE, Operator.ILIKE),
    *(Operator.CONTAINS, Operator.NOT_CONTAINS),
)
ORDERS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUALS: operator.eq,
    Operator.NOT_EQUALS: operator.ne,
    Operator.GT: operator.gt,
    Operator.GTE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LTE: operator.le,
}


class Known(msgspec.Struct, frozen=True):
    """A call, and what was said about it: its properties with edits, its current scores."""

    call: Call
    properties: dict[str, str]
    scores: dict[str, tuple[ScoreKind, float]]


def sixty() -> tuple[list[Row], list[Known]]:
    """Rows in an order in which edits and scores come before and after their calls, and what they add up to."""
    chance = random.Random(8)  # noqa: S311 -- the same calls each time
    calls = [_call(chance, number) for number in range(60)]
    said: list[Row] = []
    for call in chance.choices(calls, k=60):
        said.append(PropertyEdit(ORG, call.request_id, chance.choice(KEYS), chance.choice(TEXTS), NOON))
        kind = chance.choice(list(ScoreKind))
        value = (
            float(chance.randint(0, 1))
            if kind is ScoreKind.BOOLEAN
            else chance.choice((0.0, 0.1, 0.5, 1.0, -3.0, 1e300))
        )
        said.append(Score(ORG, call.request_id, chance.choice(NAMES), kind, value, NOON))
    rows = [*said[:40], *calls, *said[40:]]
    return rows, [_known(call, said) for call in calls]


def _call(chance: random.Random, number: int) -> Call:
    def text() -> str:
        return chance.choice(TEXTS)

    def count() -> int | None:
        return chance.choice((None, 0, 1, 2, 200, 500))

    return Call(
        org_id=ORG,
        request_id=f"{text()}{number}" if number else "a",
        created_at=NOON + dt.timedelta(minutes=number // 3),
        response_at=NOON + dt.timedelta(minutes=number // 2),
        provider=text(),
        model=text(),
        status=chance.choice((200, 500, -2, -3, 0)),
        latency_ms=count(),
        time_to_first_token_ms=count(),
        usage=Usage(count(), count(), count(), count(), count()),
        cost_usd=chance.choice((None, decimal.Decimal(0), decimal.Decimal("0.1"), decimal.Decimal("1e-12"))),
        user_id=text(),
        target_url=text(),
        prompt_id=text(),
        prompt_version=text(),
        referrer=text(),
        country_code=text(),
        properties={key: text() for key in KEYS if chance.random() < 0.3},
        request_body=chance.choice((None, *TEXTS)),
        response_body=chance.choice((None, *TEXTS)),
    )


def _known(call: Call, said: Sequence[Row]) -> Known:
    properties, scores = dict(call.properties), {}
    for row in said:
        if isinstance(row, PropertyEdit) and row.request_id == call.request_id:
            properties[row.key] = row.value
        if isinstance(row, Score) and row.target_id == call.request_id:
            scores[row.name] = (row.kind, row.value)
    return Known(call, properties, scores)


def holds(wanted: Filter, known: Known) -> bool:  # noqa: PLR0911 -- one for each kind of filter
    """Whether a call meets a filter."""
    match wanted:
        case Everything():
            return True
        case Both():
            return holds(wanted.left, known) and holds(wanted.right, known)
        case Either():
            return holds(wanted.left, known) or holds(wanted.right, known)
        case FieldIs():
            return _field_holds(wanted, known.call)
        case PropertyIs():
            value = known.properties.get(wanted.key, known.properties.get(wanted.key.lower(), ""))
            return text_holds(value, wanted.operator, wanted.value)
        case HasProperty():
            return bool({wanted.key, wanted.key.lower()} & set(known.properties))
        case ScoreIs():
            kind, number = known.scores.get(wanted.name, (None, 0.0))
            asked = {None: tuple(ScoreKind), True: (ScoreKind.BOOLEAN,), False: (ScoreKind.NUMERIC,)}[wanted.boolean]
            compared = ((wanted.operator, wanted.value), *wanted.also)
            return kind in asked and all(ORDERS[one](number, value) for one, value in compared)
        case IsScored():
            return bool(known.scores) == wanted.scored
        case Says():
            return _said(wanted, digest_of(known.call).words)
        case _:
            assert_never(wanted)


def _said(wanted: Says, words: str) -> bool:
    """Whether a text is part of what was said; its words as whole words, but in scripts that do not part them."""
    text = searchable(wanted.text)
    asked, tokens = TOKEN.findall(text), set(TOKEN.findall(words))
    whole = wanted.whole and not any(unicodedata.category(character) == "Lo" for character in text)
    return text in words and (not whole or tokens >= set(asked))


def _field_holds(wanted: FieldIs, call: Call) -> bool:
    tokens = {
        Field.PROMPT_TOKENS: call.usage.prompt,
        Field.COMPLETION_TOKENS: call.usage.completion,
        Field.CACHE_READ_TOKENS: call.usage.cache_read,
        Field.CACHE_WRITE_TOKENS: call.usage.cache_write,
        Field.TOTAL_TOKENS: call.usage.total,
    }
    if wanted.field is Field.ERROR:
        failed = call.status >= 400 or (call.status < 0 and call.status != -3)
        value: Any = "cancelled" if call.status == -3 else "yes" if failed else "no"
    else:
        value = tokens[wanted.field] if wanted.field in tokens else getattr(call, wanted.field)
    equality = wanted.operator in (Operator.EQUALS, Operator.NOT_EQUALS)
    if wanted.field in TEXT_FIELDS:
        assert isinstance(wanted.value, str)
        special = equality and wanted.value in ("null", "__empty__")
        return text_holds(str(value or ""), wanted.operator, "" if special else wanted.value)
    if wanted.value == "null":
        return (value is None) == (wanted.operator is Operator.EQUALS)
    if isinstance(value, decimal.Decimal):
        value = float(value)
    return value is not None and ORDERS[wanted.operator](value, wanted.value)


def text_holds(text: str, asked: Operator, value: str) -> bool:
    """Whether a text compares so with a value."""
    match asked:
        case Operator.EQUALS:
            return text == value
        case Operator.NOT_EQUALS:
            return text != value
        case Operator.CONTAINS:
            return value.lower() in text.lower()
        case Operator.NOT_CONTAINS:
            return value.lower() not in text.lower()
        case _:
            return _like(value, re.IGNORECASE if asked is Operator.ILIKE else 0).fullmatch(text) is not None


def _like(pattern: str, flags: int) -> re.Pattern[str]:
    """ClickHouse's LIKE: % any text, _ any character; a backslash takes the meaning from these and from itself."""
    pieces = re.findall(r"\\[%_\\]|.", pattern, re.DOTALL)
    meaning = {"%": ".*", "_": "."}
    return re.compile("".join(meaning.get(piece) or re.escape(piece[-1]) for piece in pieces), flags | re.DOTALL)
