"""Reading calls and scores back through the real server."""

import datetime as dt
from typing import Any

import pytest

from helicorder.model.ids import new_id
from product_server import Product


def log_call(product: Product, request_id: str, **fields: Any) -> None:
    """Record a call; ``status``, ``model``, ``at`` (seconds since 1970) and headers as given."""
    at = fields.pop("at", 1_795_000_000)
    time = {"seconds": int(at), "milliseconds": int(at % 1 * 1000)}
    body = {
        "providerRequest": {
            "url": "custom-model-nopath",
            "json": {"model": fields.pop("model", "gpt-4o-mini")},
            "meta": {},
        },
        "providerResponse": {"json": {}, "status": fields.pop("status", 200), "headers": {}},
        "timing": {"startTime": time, "endTime": time},
    }
    headers = {f"Helicone-{name.replace('_', '-')}": value for name, value in fields.items()}
    answer = product.ask("POST", "/custom/v1/log", body, {"Helicone-Request-Id": request_id, **headers})
    assert answer.status == 200, answer.body


@pytest.fixture(scope="module")
def marker(product: Product) -> str:
    """A property value that names 25 calls a second apart, every fifth a 500, scored 0.00 to 0.24 but the last five."""
    name = new_id()
    for number in range(25):
        status = 500 if number % 5 == 0 else 200
        request_id = f"{name}-{number:02}"
        log_call(
            product,
            request_id,
            at=1_795_000_000 + number,
            status=status,
            Property_Marker=name,
            User_Id=f"u{number % 3}",
        )
        if number < 20:
            body = {"scores": {"quality": number / 100, "good": number % 2 == 0}}
            assert product.ask("POST", f"/v1/request/{request_id}/score", body).status == 200
    return name


def rmt(column: str, **conditions: Any) -> dict[str, Any]:
    """A leaf on a column."""
    return {"request_response_rmt": {column: conditions}}


def both(*nodes: Any) -> Any:
    """Nested ands."""
    first, *rest = nodes
    return {"left": first, "operator": "and", "right": both(*rest)} if rest else first


def marked(marker: str) -> Any:
    """The leaf that takes the module's calls."""
    return rmt("properties", marker={"equals": marker})


@pytest.mark.parametrize(
    ("node", "count"),
    [
        (rmt("status", equals=500), 5),
        (rmt("status", equals="500"), 5),
        (rmt("status", gte=200, lt=300), 20),
        (rmt("user_id", equals="u1"), 8),
        (rmt("model", contains="GPT-4O"), 25),
        (rmt("scores", quality={"gte": 0.15}), 5),
        (rmt("scores", quality={"lt": "0.02"}), 2),
        (rmt("scores", quality={"equals": 0.07}), 1),
        (rmt("scores", **{"good-hcone-bool": {"equals": 1}}), 10),
        (rmt("request_created_at", gt="2026-11-18T11:06:49Z"), None),
        ({"left": rmt("user_id", equals="u0"), "operator": "or", "right": rmt("user_id", equals="u1")}, 17),
        ({"request_response_rmt": {"status": {"equals": 200}, "user_id": {"equals": "u1"}}}, 7),
        ({}, 25),
        ("all", 25),
    ],
)
def test_filters_take_what_they_say(product: Product, marker: str, node: Any, count: int | None) -> None:
    """Each filter finds exactly the calls it describes, and the count agrees with the rows."""
    node = both(marked(marker), node)
    rows = product.query(node, limit=1000)
    counted = product.ask("POST", "/v1/request/count/query", {"filter": node}).json()["data"]
    assert counted == len(rows)
    assert count is None or counted == count


@pytest.mark.parametrize(("scored", "count"), [(True, 20), (False, 5)])
def test_is_scored_parts_the_scored_from_the_others(product: Product, marker: str, scored: bool, count: int) -> None:  # noqa: FBT001 -- a case
    """IsScored false leaves scored requests out, so that a scoring worker never scores the same ones again."""
    assert len(product.query(marked(marker), limit=1000, isScored=scored)) == count


def test_the_scoring_workers_own_query_is_taken(product: Product, marker: str) -> None:
    """The body that @helicone/helicone's scoring worker sends is answered."""
    body = {
        "filter": "all",
        "isCached": False,
        "isScored": False,
        "isPartOfExperiment": False,
        "limit": 10,
        "sort": {"created_at": "desc"},
    }
    answer = product.ask("POST", "/v1/request/query", body)
    assert answer.status == 200
    assert len(answer.json()["data"]) <= 10


def test_pages_are_exact(product: Product, marker: str) -> None:
    """Pages of seven hold every request once, newest first."""
    ids = []
    for offset in range(0, 28, 7):
        ids += [row["request_id"] for row in product.query(marked(marker), limit=7, offset=offset)]
    assert ids == [f"{marker}-{number:02}" for number in reversed(range(25))]


def test_sorting_goes_both_ways(product: Product, marker: str) -> None:
    """Ascending time is the reverse of descending time."""
    oldest = product.query(marked(marker), limit=3, sort={"created_at": "asc"})
    assert [row["request_id"][-2:] for row in oldest] == ["00", "01", "02"]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"filter": None}, "filter"),
        ({}, "filter"),
        ({"filter": "all", "limit": 1001}, "limit"),
        ({"filter": "all", "limit": -1}, "limit"),
        ({"filter": "all", "offset": -1}, "offset"),
        ({"filter": "all", "sort": {"random": True}}, "random"),
        ({"filter": "all", "sort": {"created_at": "desc", "cost": "asc"}}, "one key"),
        ({"filter": "all", "isCached": True}, "isCached"),
        ({"filter": "all", "unknown": 1}, "unknown"),
        ({"filter": rmt("node_id", equals="x")}, "node_id"),
        ({"filter": rmt("status", between=1)}, "between"),
        ({"filter": rmt("status", contains=1)}, "contains"),
        ({"filter": rmt("status", equals="many")}, "number"),
        ({"filter": rmt("model", equals=1)}, "text"),
        ({"filter": rmt("request_created_at", gte="yesterday")}, "ISO 8601"),
        ({"filter": {"users_view": {"user_user_id": {"equals": "x"}}}}, "users_view"),
        ({"filter": {"left": "all", "operator": "AND", "right": "all"}}, "branch"),
        ({"filter": {"left": "all", "right": "all"}}, "branch"),
        ({"filter": [1]}, "node"),
    ],
)
def test_what_is_not_understood_is_named(product: Product, body: Any, names: str) -> None:
    """An unknown part of a query is 422 and named; it never means everything."""
    answer = product.ask("POST", "/v1/request/query-clickhouse", body)
    assert answer.status == 422, answer.body
    assert names in answer.json()["error"]


def test_a_missing_request_is_404(product: Product) -> None:
    """An id that is not there is 404 in the error shape."""
    answer = product.ask("GET", f"/v1/request/{new_id()}")
    assert (answer.status, answer.json()["data"]) == (404, None)


def test_a_time_says_which_of_several_calls_is_meant(product: Product) -> None:
    """Of calls under one id, ``at`` picks one with its bodies; without it the newest is read."""
    request_id = new_id()
    calls = [
        {"request_id": request_id, "created_at": f"2026-03-0{day}T12:00:00Z", "request_body": f"day {day}"}
        for day in (1, 2)
    ]
    assert product.ask("POST", "/v1/calls/batch", {"calls": calls}).json()["data"]["stored"] == 2
    for query, says in (("", "day 2"), ("&at=2026-03-01T12:00:00Z", "day 1"), ("&at=2026-03-02T12:00:00Z", "day 2")):
        answer = product.ask("GET", f"/v1/request/{request_id}?includeBody=true{query}")
        assert answer.json()["data"]["request_body"] == says
    assert product.ask("GET", f"/v1/request/{request_id}?at=2026-03-03T12:00:00Z").status == 404


def test_the_row_has_every_field_of_helicones_document(product: Product, marker: str) -> None:
    """A row has all that Helicone's OpenAPI document requires, null where nothing is known."""
    row = product.read(f"{marker}-07")
    required = {
        "response_id", "response_created_at", "response_status", "response_model", "request_id", "request_created_at",
        "request_body", "request_path", "request_user_id", "request_properties", "request_model", "model_override",
        "helicone_user", "provider", "delay_ms", "time_to_first_token", "total_tokens", "prompt_tokens",
        "prompt_cache_write_tokens", "prompt_cache_read_tokens", "completion_tokens", "reasoning_tokens",
        "prompt_audio_tokens", "completion_audio_tokens", "cost", "prompt_id", "prompt_version", "llmSchema",
        "country_code", "asset_ids", "asset_urls", "scores", "properties", "assets", "target_url", "model",
        "cache_reference_id", "cache_enabled", "updated_at", "request_referrer", "ai_gateway_body_mapping",
        "storage_location", "signed_body_url",
    }  # fmt: skip
    assert required - set(row) == set()
    assert row["request_created_at"] == "2026-11-18T11:06:47Z"
    assert row["request_user_id"] == "u1"


def test_signed_body_links_open_without_a_key(product: Product, marker: str) -> None:
    """A signed link gives the bodies; one that was changed gives 404."""
    row = product.read(f"{marker}-03")
    path = row["signed_body_url"].removeprefix(product.base)
    assert product.ask("GET", path, key=None).json()["request"] == {"model": "gpt-4o-mini"}
    assert product.ask("GET", path.replace(marker, "other"), key=None).status == 404
    assert product.ask("GET", path[:-1] + ("0" if path[-1] != "0" else "1"), key=None).status == 404
    assert product.ask("GET", path.replace("expires=", "expires=9"), key=None).status == 404


def test_score_names_are_listed(product: Product, marker: str) -> None:
    """GET /v1/evals/scores names every score as it stands in the scores map."""
    names = product.ask("GET", "/v1/evals/scores").json()["data"]
    assert {"quality", "good-hcone-bool"} <= set(names)


def test_a_series_has_n_mean_interval_and_gaps(product: Product) -> None:
    """Each bucket tells n, mean, interval, min and max; a bucket without scores is null, never 0."""
    name = f"series-{new_id()}"
    start = 1_794_996_000  # 2026-11-18T10:00:00Z
    for minute, values in ((0, [0.2, 0.4, 0.6]), (2, [1.0])):
        for place, value in enumerate(values):
            request_id = new_id()
            log_call(product, request_id, at=start + 60 * minute + place)
            product.ask("POST", f"/v1/request/{request_id}/score", {"scores": {name: value}})
    query = {
        "name": name,
        "bucket": "min",
        "total": True,
        "start": "2026-11-18T10:00:00Z",
        "end": "2026-11-18T10:03:00Z",
    }
    data = product.ask("POST", "/v1/scores/series/query", query).json()["data"]
    first, gap, last = data["points"]
    assert (first["n"], first["min"], first["max"]) == (3, 0.2, 0.6)
    assert first["mean"] == pytest.approx(0.4)
    # t(0.975, 2 degrees of freedom) = 4.3027, s = 0.2, n = 3
    assert first["high"] - first["mean"] == pytest.approx(4.30265 * 0.2 / 3**0.5, rel=1e-4)
    assert (gap["start"], gap["n"]) == ("2026-11-18T10:01:00Z", 0)
    assert [gap[name] for name in ("mean", "low", "high", "min", "max")] == [None] * 5
    assert (last["n"], last["mean"], last["low"]) == (1, 1.0, None)
    assert data["total"]["n"] == 4
    assert data["total"]["mean"] == pytest.approx(0.55)


def test_the_dashboard_means_are_means(product: Product, marker: str) -> None:
    """Helicone's score_sum is the mean of the bucket; revised scores count once, gaps are null."""
    product.ask("POST", f"/v1/request/{marker}-00/score", {"scores": {"quality": 0.19}})
    body = {
        "userFilter": marked(marker),
        "timeFilter": {"start": "2026-11-18T11:06:00Z", "end": "2026-11-18T11:08:00Z"},
        "dbIncrement": "min",
        "timeZoneDifference": 0,
    }
    rows = product.ask("POST", "/v1/dashboard/scores/query", body).json()["data"]
    means = {(row["score_key"], row["created_at_trunc"]): (row["score_sum"], row["n"]) for row in rows}
    first, second = "2026-11-18T11:06:00Z", "2026-11-18T11:07:00Z"
    assert means["quality", first][1] + means["quality", second][1] == 20
    total = sum((means["quality", at][0] or 0) * means["quality", at][1] for at in (first, second))
    assert total == pytest.approx(sum(range(20)) / 100 + 0.19)
    product.ask("POST", f"/v1/request/{marker}-00/score", {"scores": {"quality": 0.0}})


def test_the_history_of_a_score_is_kept(product: Product) -> None:
    """Every version of a score can be read: kind, value, author, time and what it replaced."""
    request_id = new_id()
    for value in (1, 0.5, True):
        product.ask("POST", f"/v1/request/{request_id}/score", {"scores": {"s": value}})
    history = product.ask("GET", f"/v1/request/{request_id}/scores").json()["data"]
    assert [(row["kind"], row["value"]) for row in history] == [("numeric", 1), ("numeric", 0.5), ("boolean", True)]
    assert [row["replaces"] for row in history] == [None, history[0]["version"], history[1]["version"]]
    assert all(row["author"] and row["source"] == "api" for row in history)
    assert dt.datetime.fromisoformat(history[0]["judged_at"]).tzinfo is not None


def test_a_log_sent_twice_under_a_key_answers_the_same_id(product: Product) -> None:
    """A repeated log with an Idempotency-Key writes once and answers the id that was given the first time."""
    body = {"providerRequest": {"url": "", "json": {}}, "providerResponse": {"json": {}, "status": 200}}
    headers = {"Idempotency-Key": new_id()}
    first, second = (product.ask("POST", "/custom/v1/log", body, dict(headers)) for _ in range(2))
    assert first.headers["helicone-id"] == second.headers["helicone-id"]
    assert product.read(first.headers["helicone-id"])["response_status"] == 200


def test_a_logged_call_keeps_its_prompt_and_the_version_of_it(product: Product) -> None:
    """What a logged call says of its prompt is kept, from ``meta`` as from headers, and scores can be cut by it."""
    body = {
        "providerRequest": {"url": "", "json": {}, "meta": {"Helicone-Prompt-Id": "greeting"}},
        "providerResponse": {"json": {}, "status": 200},
    }
    logged = product.ask("POST", "/custom/v1/log", body, {"Helicone-Prompt-Version": "7"}).headers["helicone-id"]
    row = product.read(logged)
    assert (row["prompt_id"], row["prompt_version"]) == ("greeting", "7")


@pytest.mark.parametrize(
    "start", ["0001-01-01", "1899-12-31", "9999-01-01", "²", "9" * 5000, {"seconds": 1e30, "milliseconds": 0}]
)
def test_times_that_cannot_be_kept_are_refused(product: Product, start: Any) -> None:
    """A logged time outside 1970 to 2100, or no time at all, is 422 and never stored as another time."""
    body = {
        "providerRequest": {"url": "", "json": {}},
        "providerResponse": {"json": {}, "status": 200},
        "timing": {"startTime": start},
    }
    assert product.ask("POST", "/custom/v1/log", body).status == 422


def test_a_key_used_for_another_log_is_409(product: Product) -> None:
    """What headers say of a call is part of what an Idempotency-Key stands for."""
    body = {"providerRequest": {"url": "", "json": {}}, "providerResponse": {"json": {}, "status": 200}}
    key = {"Idempotency-Key": new_id()}
    assert product.ask("POST", "/custom/v1/log", body, {**key, "Helicone-Request-Id": new_id()}).status == 200
    assert product.ask("POST", "/custom/v1/log", body, {**key, "Helicone-Request-Id": new_id()}).status == 409


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"end": "0001-01-05"}, "early"),
        ({"zone": "right/UTC"}, "zone"),
        ({"zone": "localtime"}, "zone"),
        ({"bucket": "fortnight"}, "fortnight"),
        ({"start": "2026-02-01", "end": "2026-01-01"}, "before"),
    ],
)
def test_a_series_that_cannot_be_drawn_is_refused(product: Product, query: Any, says: str) -> None:
    """A window, zone or bucket that makes no sense is 422, in words."""
    answer = product.ask("POST", "/v1/scores/series/query", {"name": "x", **query})
    assert answer.status == 422, answer.body
    assert says in answer.json()["error"]


@pytest.mark.parametrize(("minutes_west", "offset"), [(150, "-02:30"), (-630, "+10:30"), (-825, "+13:45"), (0, "Z")])
def test_the_dashboard_takes_every_browsers_offset(product: Product, minutes_west: int, offset: str) -> None:
    """Days begin at midnight of the browser's own clock, also where that is no whole hour from UTC."""
    request_id, name = new_id(), f"zone-{new_id()}"
    log_call(product, request_id, at=1_795_000_000)
    product.ask("POST", f"/v1/request/{request_id}/score", {"scores": {name: 1}})
    body = {
        "userFilter": rmt("request_id", equals=request_id),
        "timeFilter": {"start": "2026-11-18", "end": "2026-11-19"},
        "dbIncrement": "day",
        "timeZoneDifference": minutes_west,
    }
    rows = product.ask("POST", "/v1/dashboard/scores/query", body).json()["data"]
    assert sum(row["n"] for row in rows) == 1
    assert all(row["created_at_trunc"].endswith(f"T00:00:00{offset}") for row in rows)


def test_a_number_beyond_a_double_is_no_filter(product: Product) -> None:
    """A number that no score can have is 422, not a failure."""
    body = b'{"filter":{"request_response_rmt":{"scores":{"a":{"gte":1' + b"0" * 400 + b"}}}}}"
    assert product.ask("POST", "/v1/request/query-clickhouse", body).status == 422
    many = {"properties": {f"p{number}": {"equals": "x"} for number in range(3000)}}
    assert product.ask("POST", "/v1/request/query-clickhouse", {"filter": many}).status == 422
