"""How long an organisation keeps what it recorded, through the real server."""

import datetime as dt
import time
from typing import Any

import pytest

from helicorder.model.ids import new_id
from product_server import Product

PATH = "/v1/organization/retention"
DAY = dt.timedelta(days=1)


def organization(product: Product) -> dict[str, str]:
    """A new organisation's keys, by scope."""
    name = f"org-{new_id()}"
    assert product.command("org", "create", name).returncode == 0
    return {
        scope: product.command("keys", "create", scope, "--org", name, "--scopes", scope).stdout.strip()
        for scope in ("admin", "write", "read")
    }


@pytest.fixture(scope="module")
def unlimited(product: Product) -> str:
    """The admin's key of an organisation that sets no limit."""
    return organization(product)["admin"]


def test_limits_are_read_by_all_and_set_by_admins(product: Product) -> None:
    """Nothing is limited until an admin says so; what is not named stays, null takes away, and readers see it."""
    keys, others = organization(product), product.ask("GET", PATH).json()
    assert product.ask("GET", PATH, key=keys["read"]).json() == {
        "data": {"calls_days": None, "bodies_days": None, "scores_days": None},
        "error": None,
    }
    assert product.ask("GET", PATH, key=keys["write"]).status == 403
    for scope in ("read", "write"):
        assert product.ask("PATCH", PATH, {"calls_days": 1}, key=keys[scope]).status == 403
    assert product.ask("PATCH", PATH, {"calls_days": 90, "bodies_days": 7}, key=keys["admin"]).status == 200
    changed = product.ask("PATCH", PATH, {"calls_days": None, "scores_days": 36_500}, key=keys["admin"])
    assert (changed.status, changed.json()["data"]) == (
        200,
        {"calls_days": None, "bodies_days": 7, "scores_days": 36_500},
    )
    assert product.ask("GET", PATH, key=keys["read"]).json() == changed.json()
    assert product.ask("GET", PATH).json() == others


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"calls_days": 0}, "calls_days"),
        ({"calls_days": 36_501}, "calls_days"),
        ({"bodies_days": 1.5}, "bodies_days"),
        ({"scores_days": "7"}, "scores_days"),
        ({"scores_days": True}, "scores_days"),
        ({"days": 7}, "days"),
        ({}, "Say calls_days"),
        ({"calls_days": 30, "bodies_days": 31}, "bodies_days: 31 days are more than the 30"),
        ({"calls_days": 30, "scores_days": 31}, "scores_days: 31 days are more than the 30"),
    ],
)
def test_limits_that_cannot_be_change_nothing(product: Product, unlimited: str, body: Any, word: str) -> None:
    """What is no number of days, or would let something outlive its call, is 422, says what, and changes nothing."""
    refused = product.ask("PATCH", PATH, body, key=unlimited)
    assert (refused.status, word in refused.json()["error"]) == (422, True), refused.json()
    assert set(product.ask("GET", PATH, key=unlimited).json()["data"].values()) == {None}


def record(product: Product, key: str, ages: dict[str, int]) -> None:
    """A call of each age in days, with texts and a score."""
    now = dt.datetime.now(dt.UTC)
    calls = [
        {
            "request_id": request_id,
            "created_at": (now - age * DAY).isoformat(),
            "request_body": f'{{"messages":[{{"role":"user","content":"tell of {request_id}"}}]}}',
            "response_body": '{"choices":[]}',
        }
        for request_id, age in ages.items()
    ]
    assert product.ask("POST", "/v1/calls/batch", {"calls": calls}, key=key).json()["data"]["stored"] == len(calls)
    for request_id in ages:
        assert product.ask("POST", f"/v1/request/{request_id}/score", {"scores": {"good": 1}}, key=key).status == 200


def ids(product: Product, key: str, search: str = "") -> set[str]:
    """The ids of all calls that a reader finds."""
    asked = {"start": "2000-01-01", "end": "2100-01-01", "limit": 100, **({"search": search} if search else {})}
    answer = product.ask("POST", "/v1/calls/query", asked, key=key)
    assert answer.status == 200, answer.json()
    return {row["request_id"] for row in answer.json()["data"]["calls"]}


def after_a_run(product: Product) -> Any:
    """Restart the server, which looks at what is too old soon after a start; what the operations page tells of it."""
    assert product.stop() == 0
    product.start()
    deadline = time.monotonic() + 60
    while True:
        retention = product.ask("GET", "/v1/operations").json()["data"]["retention"]
        if retention["last_run"]:
            return retention
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_what_is_too_old_is_gone_after_a_run(fresh_product: Product) -> None:
    """Old calls go with scores and texts, old bodies from search too; new ones and another organisation's stay."""
    product = fresh_product.start()
    mine, theirs = organization(product)["admin"], organization(product)["admin"]
    ages = {"new": 0, "aging": 20, "old": 50}
    for key in (mine, theirs):
        record(product, key, ages)
    assert product.ask("PATCH", PATH, {"calls_days": 30, "bodies_days": 10}, key=mine).status == 200
    retention = after_a_run(product)
    gone = {"calls": 1, "bodies": 2, "scores": 1, "score_versions": 1, "score_changes": 1}
    assert (retention["last_run"]["error"], retention["last_run"]["deleted"]) == (None, gone)
    assert (retention["runs"], retention["failures"], retention["deleted"]) == (1, 0, gone)
    assert b'helicorder_retention_rows_deleted_total{table="bodies"} 2.0' in product.ask("GET", "/metrics").body
    assert (ids(product, mine), ids(product, theirs)) == ({"new", "aging"}, set(ages))
    assert (ids(product, mine, "tell"), ids(product, theirs, "tell")) == ({"new"}, set(ages))
    assert product.ask("GET", "/v1/request/old", key=mine).status == 404
    assert product.ask("GET", "/v1/request/old/scores", key=mine).json()["data"] == []
    [kept] = product.ask("GET", "/v1/request/aging/scores", key=mine).json()["data"]
    assert kept["value"] == 1
    assert product.ask("GET", "/v1/scores/orphans", key=mine).json()["data"]["n"] == 0
    conversation = product.ask("GET", "/v1/request/aging/conversation", key=mine)
    assert (conversation.status, b"tell of" in conversation.body) == (200, False)
    assert after_a_run(product)["last_run"]["deleted"] == {}
    assert (ids(product, mine), ids(product, theirs)) == ({"new", "aging"}, set(ages))
