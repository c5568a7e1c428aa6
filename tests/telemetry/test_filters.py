"""Filters: what SQL says of sixty calls is what plain Python says of them."""

import functools
import itertools
import time
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helicorder.errors import Invalid
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
    Page,
    PropertyIs,
    Says,
    ScoreIs,
)
from helicorder.telemetry import calls
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.schema import migrate
from helicorder.telemetry.sql.conditions import MAX_CONDITIONS, MAX_TEXT_LENGTH, Statement, condition, redacted
from telemetry.filtering import (
    INSTANT_FIELDS,
    INSTANTS,
    KEYS,
    NAMES,
    NUMBER_FIELDS,
    NUMBERS,
    ORDERS,
    PATTERNS,
    TEXT_FIELDS,
    TEXT_OPERATORS,
    TEXTS,
    holds,
    sixty,
)
from telemetry.harness import ORG, Store, database

ROWS, KNOWN = sixty()
IDS = frozenset(known.call.request_id for known in KNOWN)


@pytest.fixture(scope="module")
async def filled(url: str) -> AsyncIterator[Telemetry]:
    """A store with the sixty calls, which no test here changes."""
    async with database(url) as telemetry:
        await migrate(telemetry)
        await Store(telemetry).load(*ROWS)
        yield telemetry


def every_condition() -> Iterator[Filter]:
    """Every operator on every kind of field, key and name, with every value."""
    for field, operator, text in itertools.product(TEXT_FIELDS, TEXT_OPERATORS, PATTERNS):
        yield FieldIs(field, operator, text)
    for field, operator, number in itertools.product(NUMBER_FIELDS, ORDERS, NUMBERS):
        yield FieldIs(field, operator, number)
    for field, operator in itertools.product(NUMBER_FIELDS, (Operator.EQUALS, Operator.NOT_EQUALS)):
        yield FieldIs(field, operator, "null")
    for field, operator, instant in itertools.product(INSTANT_FIELDS, ORDERS, INSTANTS):
        yield FieldIs(field, operator, instant)
    for key, operator, text in itertools.product((*KEYS, "none"), TEXT_OPERATORS, PATTERNS):
        yield PropertyIs(key, operator, text)
    yield from map(HasProperty, (*KEYS, "none", "IT'S"))
    for name, operator, number, boolean in itertools.product((*NAMES, "none"), ORDERS, NUMBERS, (None, True, False)):
        yield ScoreIs(name, operator, number, boolean)
    for name, low, high in itertools.product(NAMES, NUMBERS, NUMBERS):
        yield ScoreIs(name, Operator.GTE, low, also=((Operator.LT, high),))
    yield from itertools.starmap(Says, itertools.product(TEXTS, (True, False)))
    yield from (IsScored(scored=True), IsScored(scored=False), Everything())


SHARES = 17


@pytest.mark.parametrize("share", [0, *(pytest.param(share, marks=pytest.mark.slow) for share in range(1, SHARES))])
async def test_every_operator_on_every_kind_of_field_means_what_it_says(filled: Telemetry, share: int) -> None:
    """Each condition holds in SQL for exactly the calls for which it holds in Python."""
    conditions = list(every_condition())[share::SHARES]
    for several in (conditions[first : first + MAX_CONDITIONS] for first in range(0, len(conditions), MAX_CONDITIONS)):
        statement = Statement(ORG)
        printed = ", ".join(f"ifNull({condition(statement, one)}, false)" for one in several)
        sql = f"SELECT request_id, [{printed}] AS held FROM calls FINAL WHERE org_id = {{org:String}}"  # noqa: S608 -- so it is
        held = {row["request_id"]: row["held"] for row in await filled.query(sql, statement.params)}
        assert set(held) == IDS
        for known, (number, one) in itertools.product(KNOWN, enumerate(several)):
            assert held[known.call.request_id][number] == holds(one, known), (one, known)


def filters() -> st.SearchStrategy[Filter]:
    """Filters of a few conditions, drawn from the same fields, operators and values."""
    text, number = st.sampled_from(PATTERNS), st.sampled_from(NUMBERS)
    matching, order = st.sampled_from(TEXT_OPERATORS), st.sampled_from(list(ORDERS))
    leaves: st.SearchStrategy[Filter] = st.one_of(
        st.builds(Everything),
        st.builds(FieldIs, st.sampled_from(TEXT_FIELDS), matching, text | st.text(max_size=5)),
        st.builds(FieldIs, st.sampled_from(NUMBER_FIELDS), order, number),
        st.builds(FieldIs, st.sampled_from(INSTANT_FIELDS), order, st.sampled_from(INSTANTS)),
        st.builds(PropertyIs, st.sampled_from(KEYS), matching, text),
        st.builds(HasProperty, st.sampled_from(KEYS)),
        st.builds(ScoreIs, st.sampled_from(NAMES), order, number, st.sampled_from((None, True, False))),
        st.builds(IsScored, st.booleans()),
        st.builds(Says, text, st.booleans()),
    )
    return st.recursive(
        leaves, lambda inner: st.builds(Both, inner, inner) | st.builds(Either, inner, inner), max_leaves=12
    )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=filters())
async def test_any_filter_takes_the_calls_that_it_describes(filled: Telemetry, wanted: Filter) -> None:
    """A page and a count under a filter hold exactly the calls that meet it, however conditions are combined."""
    meant = {known.call.request_id for known in KNOWN if holds(wanted, known)}
    page = await calls.page(filled, ORG, wanted, Page(limit=1000))
    assert {row.request_id for row in page} == meant
    assert len(page) == len(meant)
    assert await calls.count(filled, ORG, wanted) == len(meant)


async def test_every_field_is_asked_of_scores_too(filled: Telemetry) -> None:
    """Every condition on a call is one on the calls that scores judge, so that a chart takes any filter."""
    fields: list[Filter] = [FieldIs(field, Operator.NOT_EQUALS, 1) for field in NUMBER_FIELDS]
    fields += [FieldIs(field, Operator.NOT_EQUALS, "none") for field in TEXT_FIELDS]
    for one in [*fields, Says("a", whole=True), PropertyIs("env", Operator.EQUALS, "a"), HasProperty("env")]:
        statement = Statement(ORG, judged=True)
        sql = f"SELECT target_id FROM scores FINAL WHERE org_id = {{org:String}} AND {condition(statement, one)}"  # noqa: S608 -- so it is
        found = {row["target_id"] for row in await filled.query(sql, statement.params)}
        assert found == {k.call.request_id for k in KNOWN if k.scores and holds(one, k)}, one


PAYLOADS = [
    prefix + middle + suffix
    for prefix in ("", "'", "\\'", "\\", "')", "%'", "{org:String}", "\n", "\0", "`")
    for middle in (
        " OR 1=1",
        " OR org_id != ''",
        "; DROP TABLE calls;",
        " UNION ALL SELECT * FROM calls",
        "} OR {x:UInt8}",
    )
    for suffix in ("", " --", " /*", "#")
]


async def test_no_payload_leaves_its_place(filled: Telemetry) -> None:
    """Text that would be SQL elsewhere is a value here: no statement fails, and no call matches by accident."""
    assert len(PAYLOADS) == 200
    matchings = itertools.cycle((Operator.EQUALS, Operator.LIKE, Operator.CONTAINS))
    for several in (PAYLOADS[first : first + 7] for first in range(0, 200, 7)):
        places: list[Filter] = []
        for payload, matching in zip(several, matchings, strict=False):
            places += [FieldIs(field, matching, payload) for field in TEXT_FIELDS if field is not Field.RESPONSE_BODY]
            places += [PropertyIs(payload, matching, payload), ScoreIs(payload, Operator.LT, 1e300)]
        assert await calls.count(filled, ORG, functools.reduce(Either, places)) == 0, several
    for payload in PAYLOADS[::20]:
        assert await calls.count(filled, payload, HasProperty(payload)) == 0
        wanted = FieldIs(Field.RESPONSE_BODY, Operator.EQUALS, payload)
        assert await calls.page(filled, ORG, wanted, Page(sort_property=payload)) == []
    assert await calls.count(filled, ORG, Everything()) == len(KNOWN)


def every(conditions: Sequence[Filter]) -> Filter:
    """All conditions at once."""
    return functools.reduce(Both, conditions)


@pytest.mark.parametrize(
    "wanted",
    [
        FieldIs(Field.STATUS, Operator.CONTAINS, 2),
        FieldIs(Field.STATUS, Operator.EQUALS, "200"),
        FieldIs(Field.MODEL, Operator.GT, "a"),
        FieldIs(Field.MODEL, Operator.EQUALS, 1),
        FieldIs(Field.CREATED_AT, Operator.LIKE, INSTANTS[0]),
        FieldIs(Field.CREATED_AT, Operator.GT, "2026-01-01"),
        PropertyIs("env", Operator.LT, "a"),
        ScoreIs("accuracy", Operator.ILIKE, 1),
        FieldIs(Field.MODEL, Operator.EQUALS, "a" * (MAX_TEXT_LENGTH + 1)),
        every([IsScored(scored=True)] * (MAX_CONDITIONS + 1)),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(wanted: Filter) -> None:
    """An operator that a field does not have, a value of another type and a filter beyond the bounds are refused."""
    with pytest.raises(Invalid):
        condition(Statement(ORG), wanted)


async def test_the_largest_filter_is_answered(filled: Telemetry) -> None:
    """A filter of as many conditions as are allowed, nested as deep as can be, with long values, is answered."""
    wanted: Filter = FieldIs(Field.MODEL, Operator.EQUALS, "😀" * MAX_TEXT_LENGTH)
    for number in range(MAX_CONDITIONS - 1):
        one = PropertyIs(f"Key {number}", Operator.CONTAINS, f"{number}\\")
        wanted = Either(one, wanted) if number % 2 else Both(wanted, Either(one, Everything()))
    assert await calls.count(filled, ORG, wanted) == 0


@pytest.mark.timed
def test_printing_is_linear_in_the_depth() -> None:
    """A filter nested a hundred deep prints in an instant, and twice the filter to twice the text."""

    def text(depth: int) -> str:
        wanted: Filter = FieldIs(Field.STATUS, Operator.EQUALS, 200)
        for _ in range(depth):
            wanted = Both(Either(wanted, Everything()), Everything())
        return condition(Statement(ORG), wanted)

    began = time.perf_counter()
    lengths = [len(text(depth)) for depth in (100, 200, 300)]
    assert lengths[2] - lengths[1] == lengths[1] - lengths[0]
    assert time.perf_counter() - began < 1


def test_a_filter_in_the_log_shows_no_value() -> None:
    """The redacted filter tells fields and operators, and none of the values, property keys and score names."""
    told = redacted(
        Both(
            Either(FieldIs(Field.USER_ID, Operator.EQUALS, "alice"), PropertyIs("patient", Operator.LIKE, "bob")),
            Both(
                ScoreIs("secret", Operator.GT, 0.25),
                Both(HasProperty("ward"), Both(IsScored(scored=True), Everything())),
            ),
        )
    )
    assert told == (
        "((user_id equals ? or property ? like ?) and (score ? gt ? and (has property ? and (scored and all))))"
    )
