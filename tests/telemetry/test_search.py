"""Text search: what words, parts and phrases find in what was asked and answered."""

import json
from collections.abc import AsyncIterator

import pytest

from helicorder.api.search import read_search
from helicorder.model.filter import Both, Field, FieldIs, Operator, Page, Says
from helicorder.telemetry import calls
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.schema import migrate
from telemetry.harness import ORG, Store, call, database


def chat(question: str) -> str:
    """A chat's request body, as the Python SDKs of old wrote it: everything beyond ASCII as an escape."""
    return json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": question}]})


def answer(text: str) -> str:
    """An answer's body, in which a line break is an escape before a word."""
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]})


async def found(telemetry: Telemetry, search: str, org_id: str = ORG) -> set[str]:
    """The ids of the calls that a search finds."""
    return {row.request_id for row in await calls.page(telemetry, org_id, read_search(search), Page(limit=1000))}


@pytest.fixture(scope="module")
async def searched(url: str) -> AsyncIterator[Telemetry]:
    """A store with four calls, which no test here changes."""
    english = "Where is the refund for order-66? 100% of a_b, not axb -> late\\delivery"
    async with database(url) as telemetry:
        await migrate(telemetry)
        await Store(telemetry).load(
            call("en", request_body=chat(english), response_body=answer("“First”…\nSecond.")),
            call("de", 1, request_body=chat("Die Überweisung an der Straße—dash, 100€")),
            call("zh", 2, request_body=chat("请问退款政策是什么😀")),
            call("none", 3),
        )
        yield telemetry


@pytest.mark.parametrize(
    ("search", "ids"),
    [
        ("refund", {"en"}),
        ("REFUND", {"en"}),
        ("refun", set()),
        ("refun*", {"en"}),
        ("*fund", {"en"}),
        ("refund late", {"en"}),
        ("refund überweisung", set()),
        ("überweisung", {"de"}),
        ("Überweisung straße", {"de"}),
        ("strasse", {"de"}),
        ("退款", {"zh"}),
        ("second", {"en"}),
        ('"the refund"', {"en"}),
        ('"refund the"', set()),
        ('"the refun"', set()),
        ("first", {"en"}),
        ("“First” … second", {"en"}),
        ("dash", {"de"}),
        ("100", {"en", "de"}),
        ("€", {"de"}),
        ("😀", {"zh"}),
        ('"late\\delivery"', {"en"}),
        ("order-66", {"en"}),
        ("order-6", set()),
        ("66-order", set()),
        ("100%", {"en"}),
        ("a_b", {"en"}),
        ("a%b", set()),
        ("->", {"en"}),
        ("user", set()),
        ("content", set()),
        ("gpt-4o", set()),
        ("''; DROP TABLE calls", set()),
        ("", {"en", "de", "zh", "none"}),
        ('""', {"en", "de", "zh", "none"}),
        ("*", {"en", "de", "zh", "none"}),
    ],
)
async def test_a_search_finds_what_it_says(searched: Telemetry, search: str, ids: set[str]) -> None:
    """Words are found whole, in any case and order, parts by a star, phrases as they stand, JSON's own words never."""
    assert await found(searched, search) == ids


async def test_a_call_recorded_anew_is_found_by_its_new_words_alone(store: Store) -> None:
    """The bodies of an earlier version of a call are not searched, and an organisation searches its own."""
    await store.load(call("r", request_body=chat("old words")), call("r", org_id="other", request_body=chat("theirs")))
    await store.load(call("r", request_body=chat("new words")))
    assert await found(store.telemetry, "old") == set()
    assert await found(store.telemetry, "new words") == {"r"}
    assert await found(store.telemetry, "theirs") == set()


async def test_a_search_narrows_a_filter(store: Store) -> None:
    """A search and a filter hold together."""
    await store.load(*(call(model, model=model, response_body=answer("yes")) for model in ("a", "b")))
    wanted = Both(read_search("yes"), FieldIs(Field.MODEL, Operator.EQUALS, "a"))
    assert [row.request_id for row in await calls.page(store.telemetry, ORG, wanted, Page())] == ["a"]
    assert read_search("yes") == Says("yes", whole=True)
