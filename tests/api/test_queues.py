"""Queues of calls to label, through the real server: drawn, handed out, labelled, and what their labels are for."""

import random
from typing import Any

import msgspec
import pytest

from helicorder.model.ids import new_id
from product_server import Product

CALLS = 1_000


class Truth(msgspec.Struct, frozen=True):
    """Calls of one model, what a judge said of each and what people would say: the judge passes half of what fails."""

    name: str
    judged: dict[str, bool]
    people: dict[str, bool]

    @property
    def filter(self) -> Any:
        """The calls."""
        return {"request_response_rmt": {"model": {"equals": self.name}}}

    @property
    def mean(self) -> float:
        """What people would say of all of them."""
        return sum(self.people.values()) / len(self.people)


def post(product: Product, path: str, body: Any, **options: Any) -> Any:
    """The data of an answer that must be 200."""
    answer = product.ask("POST", path, body, **options)
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def read(product: Product, path: str, **options: Any) -> Any:
    """The data of an answer that must be 200."""
    answer = product.ask("GET", path, **options)
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def log(product: Product, name: str, ids: list[str], **fields: Any) -> None:
    """Record a call of a model of this name under each id, now."""
    at = {"created_at": "2026-11-20T12:00:00Z", "model": name, **fields}
    done = post(product, "/v1/calls/batch", {"calls": [{"request_id": one, **at} for one in ids]})
    assert done["stored"] == len(ids)


def rate(product: Product, scores: list[dict[str, Any]]) -> None:
    """Store scores, all of them."""
    assert post(product, "/v1/scores/batch", {"scores": scores})["stored"] == len(scores)


def draw(product: Product, name: str, scores: list[str], **fields: Any) -> Any:
    """A queue of calls of a model."""
    given = {
        "filter": {"request_response_rmt": {"model": {"equals": name}}},
        "start": "2026-11-01",
        "end": "2026-12-01",
    }
    return post(product, "/v1/queues", {"name": name, "scores": scores, **given, **fields})


def annotator(product: Product, name: str) -> str:
    """A key of this name, under which its holder annotates."""
    return product.command("keys", "create", name, "--scopes", "read,write").stdout.strip()


def define(product: Product, name: str, kind: str, **fields: Any) -> None:
    """Say what a score means."""
    assert product.ask("PUT", f"/v1/scores/definitions/{name}", {"kind": kind, **fields}).status == 200


@pytest.fixture(scope="module")
def truth(product: Product) -> Truth:
    """A thousand calls with their judge's verdicts stored, and people's still in their heads.

    Their ids are the same each time, so that a seed draws the same: another draw in twenty may miss the truth.
    """
    name, chance = "judged-for-queues", random.Random(11)  # noqa: S311 -- an example
    people = {f"{name}-{number}": chance.random() < 0.6 for number in range(CALLS)}
    judged = {one: passed or chance.random() < 0.5 for one, passed in people.items()}
    log(product, name, list(people))
    rate(
        product,
        [{"request_id": one, "name": name, "value": said, "source": "model"} for one, said in judged.items()],
    )
    return Truth(name, judged, people)


def label_all(product: Product, queue: Any, truth: Truth, key: str) -> int:
    """Have one annotator take item after item until none is left; how many they were given."""
    seen: set[str] = set()
    while True:
        given = post(product, f"/v1/queues/{queue['id']}/next", {}, key=key)
        if given["item"] is None:
            assert given["reason"] == "done"
            return len(seen)
        request_id = given["item"]["request_id"]
        assert request_id not in seen
        seen.add(request_id)
        label = {"scores": {truth.name: truth.people[request_id]}}
        post(product, f"/v1/queues/{queue['id']}/items/{given['item']['item']}/label", label, key=key)


@pytest.mark.parametrize("how", ["uniform", "uncertain"])
def test_a_queues_labels_correct_its_judge(product: Product, truth: Truth, how: str) -> None:
    """A hundred of a thousand calls, drawn and labelled, give a corrected mean whose interval holds the truth.

    The judge's own does not: it flatters.
    """
    authors = f"{how}-{new_id()}"
    key = annotator(product, authors)
    queue = draw(product, truth.name, [truth.name], how=how, size=100, seed=3, judge={})
    assert abs(queue["progress"]["items"] - 100) < 40, queue
    assert queue["draw"]["population"] + queue["draw"]["left_out"] == CALLS
    assert label_all(product, queue, truth, key) == queue["progress"]["items"]
    shown = read(product, f"/v1/queues/{queue['id']}")
    assert shown["progress"]["done"] == shown["progress"]["items"]
    question = shown["correction"] | {"human": {"name": truth.name, "sources": ["human"], "authors": [authors]}}
    found = post(product, "/v1/scores/judge/query", question)
    assert (found["judged"], found["labels"]) == (CALLS, queue["progress"]["items"])
    assert found["corrected"]["warning"] is None
    assert found["corrected"]["low"] < truth.mean < found["corrected"]["high"] < found["raw"]["low"]


def take(product: Product, queue: Any, key: str, *besides: int) -> Any:
    """What an annotator is given besides the items that they have before them."""
    query = "&".join(f"besides={number}" for number in besides)
    return post(product, f"/v1/queues/{queue['id']}/next?{query}", {}, key=key)


@pytest.fixture
def small(product: Product) -> Any:
    """A queue of three calls that asks for one yes or no."""
    name = f"ahead-{new_id()}"
    ids = [f"{name}-{number}" for number in range(3)]
    log(product, name, ids)
    define(product, name, "boolean")
    return post(product, "/v1/queues", {"name": name, "scores": [name], "how": "listed", "request_ids": ids})


def test_the_next_can_be_had_ahead(product: Product, small: Any) -> None:
    """Besides the items that an annotator has, they are given each other one once; asking plainly gives the first."""
    key = annotator(product, f"ahead-{new_id()}")
    before: list[int] = []
    while (given := take(product, small, key, *before))["item"] is not None:
        assert given["item"]["item"] not in before
        before.append(given["item"]["item"])
    assert sorted(before) == [1, 2, 3]
    assert given["reason"] == "done"
    assert given["progress"]["left"] == 3
    assert take(product, small, key)["item"]["item"] in before


def test_what_is_had_ahead_is_held(product: Product, small: Any) -> None:
    """An item given ahead goes to nobody else, who is told that others hold what is left."""
    one, other = (annotator(product, f"{name}-{new_id()}") for name in ("one", "other"))
    first = take(product, small, one)["item"]["item"]
    second = take(product, small, one, first)["item"]["item"]
    third = take(product, small, other)["item"]["item"]
    assert {first, second, third} == {1, 2, 3}
    assert take(product, small, other, third)["reason"] == "held"
    assert take(product, small, one, first, second)["reason"] == "held"


def test_why_nothing_is_left_besides_what_one_has(product: Product, small: Any) -> None:
    """Of what is left besides, a skip is told as the reason; without it, nothing is."""
    key = annotator(product, f"skips-{new_id()}")
    first = take(product, small, key)["item"]["item"]
    post(product, f"/v1/queues/{small['id']}/items/{first}/skip", {"reason": "unclear"}, key=key)
    rest = [number for number in (1, 2, 3) if number != first]
    assert take(product, small, key, *rest)["reason"] == "skipped"
    assert take(product, small, key, *rest, first)["reason"] == "done"
