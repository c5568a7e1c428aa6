"""Our own scores: written, edited, deleted, read as they were, through the real server."""

import datetime as dt
from typing import Any

import pytest

from helicorder.model.ids import new_id
from product_server import Answer, Product


def create(product: Product, **item: Any) -> str:
    """The id of a score that was stored."""
    answer = product.ask("POST", "/v1/scores", item)
    assert answer.status == 200, answer.body
    made: str = answer.json()["data"]["id"]
    return made


def get(product: Product, score_id: str, query: str = "") -> Any:
    """A score's record."""
    answer = product.ask("GET", f"/v1/scores/{score_id}{query}")
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def refused(answer: Answer, status: int, word: str) -> None:
    """A refusal in the documented shape, with a word of why."""
    assert answer.status == status, answer.body
    body = answer.json()
    assert body["data"] is None
    assert word in body["error"]


@pytest.mark.parametrize(
    ("given", "kind", "shown"),
    [
        ({"value": 0.25}, "numeric", 0.25),
        ({"value": 3}, "numeric", 3.0),
        ({"value": True}, "boolean", True),
        ({"value": 0, "kind": "boolean"}, "boolean", False),
        ({"value": "polite"}, "categorical", "polite"),
        ({"value": "Too long.\nSay less.", "kind": "text"}, "text", "Too long.\nSay less."),
        ({"value": "It ships on Monday.", "kind": "correction"}, "correction", "It ships on Monday."),
    ],
)
def test_a_score_of_each_kind_comes_back_as_it_was_given(
    product: Product, given: dict[str, Any], kind: str, shown: Any
) -> None:
    """Numbers, booleans, categories, texts and corrections keep value, comment, metadata, source, author and time."""
    said = {
        "request_id": new_id(), "name": "tone", "comment": "as heard", "metadata": {"run": "7"}, "source": "human",
        "author": "ana", "judged_at": "2026-03-01T10:00:00+02:00", "inclusion": 0.25,
    }  # fmt: skip
    record = get(product, create(product, **said, **given))
    assert (record["kind"], record["value"]) == (kind, shown)
    assert {name: record[name] for name in ("comment", "metadata", "source", "author", "inclusion")} == {
        name: said[name] for name in ("comment", "metadata", "source", "author", "inclusion")
    }
    assert dt.datetime.fromisoformat(record["judged_at"]) == dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
    assert (record["target"], record["target_id"]) == ("request", said["request_id"])


@pytest.mark.parametrize("target", ["request", "session", "user", "span"])
def test_anything_can_be_judged(product: Product, target: str) -> None:
    """A score stands on a request, a session, a user or a span."""
    record = get(product, create(product, **{f"{target}_id": f"it-{new_id()}"}, name="useful", value=1))
    assert record["target"] == target


@pytest.mark.parametrize(
    ("item", "word"),
    [
        ({"value": 1}, "name"),
        ({"name": "n", "value": 1}, "exactly one"),
        ({"name": "n", "value": 1, "request_id": "r", "user_id": "u"}, "exactly one"),
        ({"name": " ", "value": 1, "request_id": "r"}, "empty"),
        ({"name": "n", "value": None, "request_id": "r"}, "value"),
        ({"name": "n", "value": [1], "request_id": "r"}, "value"),
        ({"name": "n", "value": 2, "kind": "boolean", "request_id": "r"}, "boolean"),
        ({"name": "n", "value": "x", "kind": "numeric", "request_id": "r"}, "number"),
        ({"name": "n", "value": 1, "kind": "text", "request_id": "r"}, "text"),
        ({"name": "n", "value": "", "request_id": "r"}, "empty"),
        ({"name": "n", "value": 2**53 + 1, "request_id": "r"}, "integer"),
        ({"name": "n", "value": 1, "request_id": ""}, "characters"),
        ({"name": "n", "value": 1, "request_id": "r", "id": "x" * 256}, "id"),
        ({"name": "n", "value": 1, "request_id": "r", "inclusion": 0}, "probability"),
        ({"name": "n", "value": 1, "request_id": "r", "inclusion": 1.5}, "probability"),
        (
            {"name": "n", "value": 1, "request_id": "r", "inclusion": 9.99e-10},
            "inclusion: the probability",
        ),
        ({"name": "n", "value": 1, "request_id": "r", "inclusion": 1e-40}, "from 1e-09 to 1"),
        ({"name": "n", "value": 1, "request_id": "r", "judged_at": "2999-01-01T00:00:00Z"}, "future"),
        ({"name": "n", "value": 1, "request_id": "r", "source": "dog"}, "source"),
        ({"name": "n", "value": 1, "request_id": "r", "colour": "red"}, "colour"),
        ({"name": "n", "value": 1, "request_id": "r", "comment": "x" * 10_001}, "comment"),
    ],
)
def test_what_cannot_be_kept_is_refused(product: Product, item: dict[str, Any], word: str) -> None:
    """Each wrong part is a 422 that names it, and nothing is stored."""
    refused(product.ask("POST", "/v1/scores", item), 422, word)


def test_a_bad_item_neither_fails_nor_hides_the_rest(product: Product) -> None:
    """A batch answers for each item, in order; the good ones are stored."""
    run = new_id()
    items: list[Any] = [
        {"request_id": f"{run}-0", "name": "b", "value": 1},
        {"request_id": f"{run}-1", "name": "b", "value": "NaN", "kind": "numeric"},
        "nonsense",
        {"request_id": f"{run}-3", "name": "b", "value": True},
    ]
    answer = product.ask("POST", "/v1/scores/batch", {"scores": items})
    assert answer.status == 200, answer.body
    data = answer.json()["data"]
    assert data["stored"] == 2
    assert [(one["index"], one["status"]) for one in data["results"]] == [
        (0, "stored"), (1, "refused"), (2, "refused"), (3, "stored"),
    ]  # fmt: skip
    assert all(data["results"][index]["error"]["code"] == "invalid" for index in (1, 2))
    assert get(product, data["results"][3]["id"])["value"] is True


def test_a_batch_under_one_key_has_one_effect(product: Product) -> None:
    """Sent again under its Idempotency-Key a batch has the same answer, and adds no version."""
    key = {"Idempotency-Key": new_id()}
    body = {
        "scores": [{"request_id": new_id(), "name": "k", "value": number, "id": f"{new_id()}"} for number in range(5)]
    }
    first = product.ask("POST", "/v1/scores/batch", body, dict(key))
    again = product.ask("POST", "/v1/scores/batch", body, dict(key))
    assert first.status == again.status == 200
    assert first.body == again.body
    versions = product.ask("GET", f"/v1/scores/{first.json()['data']['results'][0]['id']}/versions").json()["data"]
    assert len(versions) == 1


@pytest.mark.parametrize("count", [0, 10_001])
def test_a_batch_has_bounds(product: Product, count: int) -> None:
    """None, or more than ten thousand, is refused as a whole."""
    item = {"request_id": "r", "name": "n", "value": 1}
    refused(product.ask("POST", "/v1/scores/batch", {"scores": [item] * count}), 422, "10000")


def test_ten_thousand_scores_are_stored_at_once(product: Product) -> None:
    """The largest batch is stored whole, and readable by the next read."""
    run = new_id()
    items = [
        {"request_id": f"{run}-{number}", "name": "big", "value": number, "id": f"{run}-{number}"}
        for number in range(10_000)
    ]
    answer = product.ask("POST", "/v1/scores/batch", {"scores": items})
    assert answer.json()["data"]["stored"] == 10_000
    assert get(product, f"{run}-9999")["value"] == 9999.0


def test_the_same_judge_judges_anew_and_another_judges_beside(product: Product) -> None:
    """Without an id the same source and author replace their score; another author's stands beside it."""
    request_id = new_id()
    said = {"request_id": request_id, "name": "tone", "source": "human"}
    first = create(product, **said, value=1, author="ana")
    assert create(product, **said, value=2, author="ana") == first
    assert create(product, **said, value=3, author="ben") != first
    assert get(product, first)["value"] == 2.0


def test_both_endpoints_write_the_same_score(product: Product) -> None:
    """What nobody claims to have judged is one score, whichever endpoint wrote it."""
    request_id = new_id()
    score_id = create(product, request_id=request_id, name="q", value=0.25)
    assert product.ask("POST", f"/v1/request/{request_id}/score", {"scores": {"q": 0.5}}).status == 200
    record = get(product, score_id)
    assert (record["value"], record["source"]) == (0.5, "api")


def test_an_edit_is_a_version_that_says_who_and_why(product: Product) -> None:
    """The value changes, the rest stays; every version is kept with its reason and what it replaced."""
    score_id = create(product, request_id=new_id(), name="q", value=0.25, comment="first", source="human", author="ana")
    before = get(product, score_id)
    answer = product.ask("PATCH", f"/v1/scores/{score_id}", {"value": 0.75, "reason": "misread"})
    assert answer.status == 200, answer.body
    after = get(product, score_id)
    assert (after["value"], after["comment"], after["author"]) == (0.75, "first", "ana")
    assert (after["reason"], after["replaces"]) == ("misread", before["version"])
    versions = product.ask("GET", f"/v1/scores/{score_id}/versions").json()["data"]
    assert [one["value"] for one in versions] == [0.25, 0.75]
    assert get(product, score_id, f"?as_of={before['version']}")["value"] == 0.25


def test_an_edit_of_what_has_changed_meanwhile_is_a_conflict(product: Product) -> None:
    """With a version that is no longer current an edit changes nothing."""
    score_id = create(product, request_id=new_id(), name="q", value=1)
    stale = get(product, score_id)["version"]
    product.ask("PATCH", f"/v1/scores/{score_id}", {"value": 2})
    refused(product.ask("PATCH", f"/v1/scores/{score_id}", {"value": 3, "version": stale}), 409, "current version")
    assert get(product, score_id)["value"] == 2.0


def test_an_edit_keeps_the_kind(product: Product) -> None:
    """A number does not become a category."""
    score_id = create(product, request_id=new_id(), name="q", value=1)
    refused(product.ask("PATCH", f"/v1/scores/{score_id}", {"value": "good"}), 422, "number")


def test_a_deleted_score_is_gone_and_was_there(product: Product) -> None:
    """After its deletion a score is nowhere; as of before it is what it was; saying it again brings it back."""
    request_id = new_id()
    score_id = create(product, request_id=request_id, name="q", value=1)
    before = get(product, score_id)["version"]
    assert product.ask("DELETE", f"/v1/scores/{score_id}?reason=a%20mistake").status == 200
    assert product.ask("GET", f"/v1/scores/{score_id}").status == 404
    assert product.ask("DELETE", f"/v1/scores/{score_id}").status == 404
    assert get(product, score_id, f"?as_of={before}")["value"] == 1.0
    versions = product.ask("GET", f"/v1/scores/{score_id}/versions").json()["data"]
    assert [(one["deleted"], one["reason"]) for one in versions] == [(False, ""), (True, "a mistake")]
    assert create(product, request_id=request_id, name="q", value=2) == score_id
    assert get(product, score_id)["value"] == 2.0


def test_what_is_not_there_is_not_found(product: Product) -> None:
    """An id that nobody used is 404 for every verb."""
    for method in ("GET", "DELETE"):
        refused(product.ask(method, f"/v1/scores/{new_id()}"), 404, "no such score")
    refused(product.ask("PATCH", f"/v1/scores/{new_id()}", {"value": 1}), 404, "no such score")


def test_a_batch_can_tell_a_history(product: Product) -> None:
    """A batch's items may be versions with a reason and tombstones; the order of items is that of versions."""
    score_id, about = f"told-{new_id()}", {"request_id": new_id(), "name": "tone"}
    items = [
        {"id": score_id, "value": 1, **about},
        {"id": score_id, "value": 2, "reason": "misread", **about},
        {"id": score_id, "value": 2, "reason": "withdrawn", "deleted": True, **about},
    ]
    answer = product.ask("POST", "/v1/scores/batch", {"scores": items})
    assert answer.json()["data"]["stored"] == 3, answer.body
    found = product.ask("GET", f"/v1/scores/{score_id}/versions").json()["data"]
    assert [(one["value"], one["reason"], one["deleted"]) for one in found] == [
        (1, "", False), (2, "misread", False), (2, "withdrawn", True),
    ]  # fmt: skip
    assert product.ask("GET", f"/v1/scores/{score_id}").status == 404
    long = product.ask("POST", "/v1/scores/batch", {"scores": [items[1] | {"reason": "r" * 1_001}]})
    assert "reason" in long.json()["data"]["results"][0]["error"]["message"]
    refused(product.ask("POST", "/v1/scores", items[1]), 422, "reason")


def test_a_deletion_sent_again_is_answered_again(product: Product) -> None:
    """Under its Idempotency-Key a deletion that has had its effect has the same answer; another one is not found."""
    score_id = create(product, request_id=new_id(), name="n", value=1)
    key = {"Idempotency-Key": new_id()}
    path = f"/v1/scores/{score_id}?reason=r"
    first, again = (product.ask("DELETE", path, headers=key) for _ in range(2))
    assert (first.status, first.body) == (again.status, again.body)
    assert [one.headers.get("idempotent-replayed") for one in (first, again)] == [None, "true"]
    refused(product.ask("DELETE", f"/v1/scores/{score_id}?reason=r", headers={"Idempotency-Key": new_id()}), 404, "")
    refused(product.ask("DELETE", f"/v1/scores/{new_id()}", headers=key), 409, "Idempotency-Key")


def test_an_edit_sent_again_is_answered_again(product: Product) -> None:
    """Under its Idempotency-Key an edit of a version that it has itself replaced has the same answer and one effect."""
    score_id = create(product, request_id=new_id(), name="n", value=1)
    edit = {"value": 2, "version": get(product, score_id)["version"]}
    key = {"Idempotency-Key": new_id()}
    first = product.ask("PATCH", f"/v1/scores/{score_id}", edit, key)
    again = product.ask("PATCH", f"/v1/scores/{score_id}", edit, key)
    assert (first.status, first.body) == (200, again.body)
    assert len(product.ask("GET", f"/v1/scores/{score_id}/versions").json()["data"]) == 2
    refused(product.ask("PATCH", f"/v1/scores/{score_id}", edit), 409, "current version")


def test_an_id_with_a_slash_is_found(product: Product) -> None:
    """A score's own id may hold a slash, written %2F in a path; so may a defined name."""
    score_id = create(product, request_id=new_id(), name="n", value=1, id=f"a/b-{new_id()}")
    assert get(product, score_id.replace("/", "%2F"))["id"] == score_id
    assert product.ask("PUT", "/v1/scores/definitions/a%2Fb", {"kind": "numeric"}).json()["data"]["name"] == "a/b"
    assert product.ask("DELETE", "/v1/scores/definitions/a%2Fb").status == 200
