"""POST /v1/request/{id}/score, the seed, against the real server."""

import http.client
import json
from typing import Any

import pytest

from helicorder.model.ids import new_id
from helicorder.model.score import MAX_SCORES_PER_CALL
from product_server import Product

OK = {"data": None, "error": None}


def score(product: Product, request_id: str, scores: Any, **options: Any) -> Any:
    """Post scores and return the answer."""
    return product.ask("POST", f"/v1/request/{request_id}/score", {"scores": scores}, **options)


def log_call(product: Product, request_id: str, **headers: str) -> None:
    """Record a call under an id."""
    body = {
        "providerRequest": {"url": "custom-model-nopath", "json": {"model": "gpt-4o-mini"}, "meta": {}},
        "providerResponse": {"json": {}, "status": 200, "headers": {}},
    }
    answer = product.ask("POST", "/custom/v1/log", body, {"Helicone-Request-Id": request_id, **headers})
    assert answer.status == 200, answer.body


def test_success_is_the_seeds_answer(product: Product) -> None:
    """A score is answered with 200 and exactly {"data":null,"error":null}."""
    answer = score(product, new_id(), {"accuracy": 0.92, "passed": True, "count": 7})
    assert (answer.status, answer.json()) == (200, OK)


def test_scores_read_back_in_helicones_shape(product: Product) -> None:
    """Floats stay floats, integers are numbers, booleans are shown as NAME-hcone-bool 1 or 0."""
    request_id = new_id()
    log_call(product, request_id)
    score(product, request_id, {"accuracy": 0.92, "passed": True, "failed": False, "count": 7, "debt": -1.5})
    assert product.read(request_id)["scores"] == {
        "accuracy": 0.92,
        "passed-hcone-bool": 1,
        "failed-hcone-bool": 0,
        "count": 7,
        "debt": -1.5,
    }


def test_a_score_may_come_before_its_request(product: Product) -> None:
    """A score whose request is not there yet is kept and shown once the request arrives."""
    request_id = new_id()
    assert score(product, request_id, {"early": 1}).json() == OK
    assert product.ask("GET", f"/v1/request/{request_id}").status == 404
    log_call(product, request_id)
    assert product.read(request_id)["scores"] == {"early": 1}


def test_the_newest_value_of_each_name_wins(product: Product) -> None:
    """Scores of one request merge by name; a name scored again shows the newer value, of whatever kind."""
    request_id = new_id()
    log_call(product, request_id)
    score(product, request_id, {"a": 1, "b": 0.25})
    score(product, request_id, {"a": True})
    score(product, request_id, {"c": 3})
    assert product.read(request_id)["scores"] == {"a-hcone-bool": 1, "b": 0.25, "c": 3}


def test_posting_back_what_was_read_changes_nothing(product: Product) -> None:
    """The suffix of a boolean score is understood when it is posted."""
    request_id = new_id()
    log_call(product, request_id)
    score(product, request_id, {"passed": True, "accuracy": 0.5})
    shown = product.read(request_id)["scores"]
    assert score(product, request_id, shown).status == 200
    assert product.read(request_id)["scores"] == shown


def test_an_empty_map_is_valid(product: Product) -> None:
    """{"scores": {}} is 200 by the seed and changes nothing."""
    request_id = new_id()
    log_call(product, request_id)
    score(product, request_id, {"a": 1})
    assert score(product, request_id, {}).json() == OK
    assert product.read(request_id)["scores"] == {"a": 1}


@pytest.mark.parametrize(
    "request_id",
    ["order-17", "ünïcödé ✓ 🙂", "a/b/c", "00000000-0000-0000-0000-000000000000", "x" * 255, "100%25", "q?x=1&y#z"],
)
def test_any_opaque_request_id_is_kept(product: Product, request_id: str) -> None:
    """Whatever id the client chose, up to 255 characters, its scores and its call are found under it."""
    from urllib.parse import quote  # noqa: PLC0415 -- this test alone builds paths by hand

    path = f"/v1/request/{quote(request_id, safe='')}"
    body = {
        "providerRequest": {"url": "", "json": {}, "meta": {"Helicone-Request-Id": request_id}},
        "providerResponse": {"json": {}, "status": 200},
    }
    assert product.ask("POST", "/custom/v1/log", body).status == 200
    assert product.ask("POST", f"{path}/score", {"scores": {"s": 0.5}}).json() == OK
    row = product.ask("GET", path).json()["data"]
    assert (row["request_id"], row["scores"]) == (request_id, {"s": 0.5})


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"{", 400, "JSON"),
        (b"", 400, "empty"),
        (b"[]", 422, "object"),
        (b'"scores"', 422, "object"),
        (b"{}", 422, "scores"),
        (b'{"scores":null}', 422, "scores"),
        (b'{"scores":[]}', 422, "scores"),
        (b'{"scores":{"a":1},"n":1}', 422, "n"),
        (b'{"scores":{"a":NaN}}', 422, "NaN"),
        (b'{"scores":{"a":Infinity}}', 422, "Infinity"),
        (b'{"scores":{"a":-Infinity}}', 422, "Infinity"),
        (b'{"scores":{"a":1e400}}', 422, "range"),
        (b'{"scores":{"a":null}}', 422, "'a'"),
        (b'{"scores":{"a":"92"}}', 422, "'a'"),
        (b'{"scores":{"a":"true"}}', 422, "'a'"),
        (b'{"scores":{"a":{"b":1}}}', 422, "'a'"),
        (b'{"scores":{"a":[1]}}', 422, "'a'"),
        (b'{"scores":{"":1}}', 422, "empty"),
        (b'{"scores":{"   ":1}}', 422, "empty"),
        (b'{"scores":{"a\\u0000b":1}}', 422, "control"),
        (b'{"scores":{"a\\nb":1}}', 422, "control"),
        (json.dumps({"scores": {"x" * 256: 1}}).encode(), 422, "255"),
        (json.dumps({"scores": {f"s{n}": 1 for n in range(MAX_SCORES_PER_CALL + 1)}}).encode(), 422, "at most"),
        (b'{"scores":{"a":9007199254740993}}', 422, "exactly"),
        (b'{"scores":{"a":' + b"9" * 5000 + b"}}", 422, ""),
        (b'{"scores":{"a-hcone-bool":0.5}}', 422, "hcone-bool"),
        (b'{"scores":{"a":true,"a-hcone-bool":1}}', 422, "twice"),
        (b'{"scores":' * 5000 + b"1" + b"}" * 5000, 422, ""),
        (b"\xff\xfe", 400, ""),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(product: Product, body: bytes, status: int, says: str) -> None:
    """Malformed JSON is 400 and a wrong value is 422, in the seed's error shape, and nothing of it is stored."""
    request_id = new_id()
    log_call(product, request_id)
    answer = product.ask("POST", f"/v1/request/{request_id}/score", body)
    assert answer.status == status, answer.body
    assert answer.json()["data"] is None
    assert says in answer.json()["error"]
    assert product.read(request_id)["scores"] == {}


def test_no_key_and_wrong_keys_are_401(product: Product) -> None:
    """Without a valid key nothing is accepted, and the answer says so in the seed's shape."""
    for key in (None, "sk-helicone-wrong", "sk-other"):
        answer = score(product, new_id(), {"a": 1}, key=key)
        assert (answer.status, answer.json()["data"]) == (401, None)


def test_the_word_bearer_is_optional(product: Product) -> None:
    """A raw key in Authorization works, as does Helicone-Auth."""
    for header in ({"Authorization": product.key}, {"Helicone-Auth": f"Bearer {product.key}"}):
        assert score(product, new_id(), {"a": 1}, headers=header, key=None).status == 200


def test_a_wrong_media_type_is_415(product: Product) -> None:
    """A body that does not say it is JSON is refused."""
    answer = score(product, new_id(), {"a": 1}, headers={"Content-Type": "text/plain"})
    assert (answer.status, answer.json()["data"]) == (415, None)


def test_a_wrong_method_is_405(product: Product) -> None:
    """The score path takes POST alone."""
    answer = product.ask("GET", f"/v1/request/{new_id()}/score")
    assert (answer.status, answer.json()["data"]) == (405, None)
    assert "POST" in answer.headers["allow"]


def test_a_body_over_the_limit_is_413(product: Product) -> None:
    """A body over a mebibyte is no score and is refused before it is read."""
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=10)
    headers = {"Authorization": product.key, "Content-Type": "application/json", "Content-Length": str(2 * 2**20)}
    connection.request("POST", f"/v1/request/{new_id()}/score", headers=headers)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["data"]) == (413, None)
    connection.close()


def test_an_over_long_request_id_is_422(product: Product) -> None:
    """256 characters are one too many."""
    assert score(product, "x" * 256, {"a": 1}).status == 422


def test_an_idempotency_key_gives_one_effect(product: Product) -> None:
    """The same key and body answer the same and write once; the same key with another body is 409."""
    request_id, headers = new_id(), {"Idempotency-Key": new_id()}
    log_call(product, request_id)
    assert score(product, request_id, {"a": 1}, headers=headers).json() == OK
    assert score(product, request_id, {"a": 2}).json() == OK
    assert score(product, request_id, {"a": 1}, headers=headers).json() == OK
    assert product.read(request_id)["scores"] == {"a": 2}
    assert score(product, request_id, {"a": 3}, headers=headers).status == 409


def test_feedback_is_a_score_without_the_suffix(product: Product) -> None:
    """Feedback shows as helicone-score-feedback 1 or 0 and can be filtered on."""
    request_id = new_id()
    log_call(product, request_id)
    assert product.ask("POST", f"/v1/request/{request_id}/feedback", {"rating": False}).json() == OK
    assert product.read(request_id)["scores"] == {"helicone-score-feedback": 0}
    mine = {"request_response_rmt": {"request_id": {"equals": request_id}}}
    for rating, found in ((False, 1), (True, 0)):
        given = {"request_response_rmt": {"helicone-score-feedback": {"equals": rating}}}
        assert len(product.query({"left": mine, "operator": "and", "right": given})) == found


@pytest.mark.parametrize("body", [{"rating": "true"}, {"rating": 1}, {}, {"rating": True, "x": 1}])
def test_feedback_is_true_or_false(product: Product, body: Any) -> None:
    """Feedback of another type is 422."""
    assert product.ask("POST", f"/v1/request/{new_id()}/feedback", body).status == 422


def test_a_property_is_put_on_a_request(product: Product) -> None:
    """A property put later shows beside the call's own, and the newer value of a name wins."""
    request_id = new_id()
    put = f"/v1/request/{request_id}/property"
    assert product.ask("PUT", put, {"key": "early", "value": "yes"}).json() == OK
    log_call(product, request_id, **{"Helicone-Property-Plan": "free"})
    assert product.ask("PUT", put, {"key": "plan", "value": "paid"}).json() == OK
    row = product.read(request_id)
    assert row["properties"] == row["request_properties"] == {"plan": "paid", "early": "yes"}
    paid = {"request_response_rmt": {"properties": {"plan": {"equals": "paid"}}}}
    assert request_id in [found["request_id"] for found in product.query(paid, limit=1000)]


@pytest.mark.parametrize(
    "body", [{"key": "", "value": "x"}, {"key": "a"}, {"key": "a", "value": 1}, {"key": "a\n", "value": ""}]
)
def test_a_property_is_text_under_a_name(product: Product, body: Any) -> None:
    """A property without a name or of another type is 422."""
    assert product.ask("PUT", f"/v1/request/{new_id()}/property", body).status == 422


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"rating": True}, {"helicone-score-feedback": 1}),
        ({"name": "rating", "value": False, "data-type": "boolean"}, {"helicone-score-feedback": 0}),
        ({"name": "stars", "value": 4.5, "data-type": "numerical"}, {"stars": 4.5}),
    ],
)
def test_the_wrappers_feedback_is_a_score(product: Product, body: Any, shown: Any) -> None:
    """POST /v1/feedback with Helicone-Auth, as both of Helicone's wrappers send it, scores the request."""
    request_id = new_id()
    log_call(product, request_id)
    headers = {"Helicone-Auth": f"Bearer {product.key}"}
    answer = product.ask("POST", "/v1/feedback", {"helicone-id": request_id, **body}, headers, key=None)
    assert (answer.status, answer.json()["helicone_id"]) == (200, request_id)
    assert product.read(request_id)["scores"] == shown


def test_feedback_is_one_score_however_it_is_sent(product: Product) -> None:
    """helicone-score-feedback is a boolean by its name: 1, 0, true and false mean the same by either way."""
    request_id = new_id()
    log_call(product, request_id)
    assert score(product, request_id, {"helicone-score-feedback": 1}).status == 200
    assert product.read(request_id)["feedback_rating"] is True
    assert score(product, request_id, {"helicone-score-feedback": 7}).status == 422


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf{"scores":{}}', '{"scores":{}}'.encode("utf-16")])
def test_json_is_utf_8(product: Product, body: bytes) -> None:
    """A byte order mark or another encoding is malformed."""
    assert product.ask("POST", f"/v1/request/{new_id()}/score", body).status == 400


def test_ids_that_are_no_utf_8_stay_apart(product: Product) -> None:
    """Two ids that differ in undecodable bytes are two requests."""
    product.ask("POST", "/v1/request/raw%FFid/score", {"scores": {"a": 1}})
    assert product.ask("GET", "/v1/request/raw%FEid/scores").json()["data"] == []
    assert len(product.ask("GET", "/v1/request/raw%FFid/scores").json()["data"]) == 1


def test_options_says_what_a_path_takes(product: Product) -> None:
    """OPTIONS needs no key and changes nothing."""
    answer = product.ask("OPTIONS", f"/v1/request/{new_id()}/score", key=None)
    assert answer.status == 204
    assert "POST" in answer.headers["allow"]
