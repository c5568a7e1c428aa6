"""Keys, scopes and tenants: the tenant comes from the credential alone, and another's data never shows."""

import csv
import functools
import io
import json
import time
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from helicorder.api.application import openapi_document
from helicorder.model.ids import new_id
from helicorder.model.score import Source, Target, natural_id
from live_client import live
from product_server import Product

CANARY = f"canary-{new_id()}"
LIVE = "/v1/calls/live"
PUBLIC_PATHS = {"/health/live", "/health/ready", "/metrics", "/v1/request/{request_id}/body"}


@pytest.fixture(scope="module")
def other_key(product: Product) -> str:
    """A key with all scopes of a second organisation."""
    assert product.command("org", "create", "other").returncode == 0
    made = product.command("keys", "create", "second", "--org", "other", "--scopes", "read,write,admin")
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


@pytest.fixture(scope="module")
def foreign_id(product: Product, other_key: str) -> str:
    """A scored call of the second organisation, full of canaries."""
    body = {
        "providerRequest": {
            "url": CANARY,
            "json": {"model": CANARY, "messages": [{"role": "user", "content": CANARY}]},
        },
        "providerResponse": {"json": {"text": CANARY}, "status": 200},
    }
    headers = {"Helicone-Request-Id": CANARY, "Helicone-User-Id": CANARY, "Helicone-Property-Canary": CANARY}
    assert product.ask("POST", "/custom/v1/log", body, headers, key=other_key).status == 200
    scores = {"scores": {CANARY: 0.5}}
    assert product.ask("POST", f"/v1/request/{CANARY}/score", scores, key=other_key).status == 200
    assert CANARY in product.ask("GET", f"/v1/request/{CANARY}?includeBody=true", key=other_key).body.decode()
    return CANARY


def operations() -> Iterator[tuple[str, str]]:
    """Every (method, path) of the API, from its own document."""
    for path, methods in openapi_document()["paths"].items():
        for method in methods:
            yield method.upper(), path


def body_for(path: str) -> Any:
    """A body that a POST or PUT on the path takes."""
    series = {"name": CANARY, "start": "2026-11-01", "end": "2026-12-01"}
    times = {"timeFilter": {"start": "2026-11-01", "end": "2026-12-01"}, "dbIncrement": "day", "timeZoneDifference": 0}
    special = {
        "score": {"scores": {}},
        "feedback": {"rating": True},
        "property": {"key": "k", "value": "v"},
        "log": {"providerRequest": {"url": "", "json": {}}, "providerResponse": {"json": {}, "status": 200}},
    }
    analysed = {
        "series": series,
        "breakdown": series | {"by": ["model", "property:canary"]},
        "distribution": series,
        "compare": series | {"a": {}, "b": {}, "by": "model"},
        "bisect": series | {"dimensions": ["model", "property:canary"]},
        "judge": series,
        "agreement": {"name": CANARY, "raters": [{"sources": ["human"]}, {"sources": ["api"]}]},
        "labels": series,
        "drift": series | {"at": "2026-11-15", "anchors": {"properties": {"anchor": {"equals": "1"}}}},
        "scores": {"count": True, "limit": 1000},
    }
    if path == "/v1/calls/query":
        return {"count": True, "limit": 1000}
    if path == "/v1/request/query-ids":
        return {"requestIds": [CANARY]}
    if path.startswith("/v1/scores/") and path.endswith("/query"):
        return analysed[path.split("/")[-2]]
    if path.startswith("/v1/scores"):
        item = {"request_id": new_id(), "name": "tenant", "value": 1}
        return {"batch": {"scores": [item]}, "{name}": {"kind": "numeric"}}.get(path.rsplit("/", 1)[1], item)
    if "dashboard" in path:
        return {"userFilter": "all", **times}
    return special.get(path.rsplit("/", 1)[1], {"filter": "all", "limit": 1000})


def text_of(path: str, body: bytes) -> str:
    """An answer as text, files of tables as the JSON of their rows."""
    if path.endswith(".parquet"):
        rows: list[Any] = pq.read_table(io.BytesIO(body)).to_pylist()
    elif path.endswith(".arrow"):
        rows = pa.ipc.open_stream(body).read_all().to_pylist()
    elif path.endswith(".csv"):
        rows = list(csv.DictReader(io.StringIO(body.decode())))
    else:
        return body.decode()
    return json.dumps(rows, separators=(",", ":"), default=str)


@pytest.mark.parametrize(("method", "path"), list(operations()))
def test_no_route_answers_without_a_key_or_shows_another_tenant(
    product: Product, other_key: str, foreign_id: str, method: str, path: str
) -> None:
    """Every route but the public ones is 401 without a valid key, and none shows another organisation's data."""
    score_id = natural_id(Target.REQUEST, foreign_id, CANARY, Source.API, "")
    concrete = path.replace("{request_id}", foreign_id).replace("{score_id}", score_id).replace("{name}", CANARY)
    body = body_for(path) if method in ("POST", "PUT") else {"value": 0} if method == "PATCH" else None
    if path == LIVE:
        pytest.skip("a stream has no end to wait for; the test below listens to it")
    mine = product.ask(method, concrete, body)
    assert ("{score_id}" in path) <= (mine.status == 404)
    echoed = (concrete, f'"name":"{CANARY}"', f'"target_id":"{CANARY}"', f"'{CANARY}'")  # what the caller itself said
    assert CANARY not in functools.reduce(lambda text, own: text.replace(own, ""), echoed, text_of(path, mine.body))
    if path in PUBLIC_PATHS:
        return
    for key in (None, "sk-helicone-no-such-key-at-all"):
        assert product.ask(method, concrete, body, key=key).status == 401


def test_a_live_tail_tells_of_its_own_tenant_alone(product: Product, other_key: str) -> None:
    """Whoever listens hears nothing of another organisation, and nobody listens without a key."""
    request_id, foreign_id = new_id(), f"{CANARY}-live"
    log = {"providerRequest": {"url": "", "json": {}}, "providerResponse": {"json": {"text": CANARY}, "status": 200}}
    with live(product) as mine, live(product, key=other_key) as theirs:
        for key, name in ((other_key, foreign_id), (product.key, request_id)):
            assert product.ask("POST", "/custom/v1/log", log, {"Helicone-Request-Id": name}, key=key).status == 200
            scored = product.ask("POST", f"/v1/request/{request_id}/score", {"scores": {"live": 0.5}}, key=key)
            assert scored.status == 200
        heard = [[(event.name, event.data["request_id"]) for event in one.take(2)] for one in (mine, theirs)]
        assert heard == [
            [("call", request_id), ("score", request_id)],
            [("call", foreign_id), ("score", request_id)],
        ]
        assert (mine.silent(), theirs.silent()) == (True, True)
    for nobody in (None, "sk-helicone-no-such-key-at-all"):
        assert product.ask("GET", LIVE, key=nobody).status == 401


def test_scores_on_a_foreign_id_stay_with_their_own_tenant(product: Product, other_key: str, foreign_id: str) -> None:
    """The same request id in two organisations is two requests."""
    product.ask("POST", f"/v1/request/{foreign_id}/score", {"scores": {"mine": 1}})
    product.ask("PUT", f"/v1/request/{foreign_id}/property", {"key": "mine", "value": "1"})
    assert product.ask("GET", f"/v1/request/{foreign_id}").status == 404
    theirs = product.ask("GET", f"/v1/request/{foreign_id}", key=other_key).json()["data"]
    assert theirs["scores"] == {CANARY: 0.5}
    assert theirs["properties"] == {"canary": CANARY}


@pytest.mark.parametrize("scope", ["read", "write"])
def test_a_scope_allows_its_half_alone(product: Product, scope: str) -> None:
    """A read key queries and is 403 on writes; a write key scores and is 403 on reads."""
    key = product.command("keys", "create", scope, "--scopes", scope).stdout.strip()
    written = product.ask("POST", f"/v1/request/{new_id()}/score", {"scores": {"a": 1}}, key=key)
    read = product.ask("POST", "/v1/request/query-clickhouse", {"filter": "all"}, key=key)
    assert (written.status, read.status) == ((403, 200) if scope == "read" else (200, 403))
    refused = written if scope == "read" else read
    assert refused.json()["data"] is None
    assert "scope" in refused.json()["error"]


def test_a_read_key_cannot_proxy(product: Product) -> None:
    """The gateway records, so it needs the write scope."""
    key = product.command("keys", "create", "r", "--scopes", "read").stdout.strip()
    headers = {"Helicone-Auth": f"Bearer {key}", "Authorization": "Bearer sk-fake"}
    body = {"model": "gpt-4o-mini", "messages": []}
    assert product.ask("POST", "/v1/gateway/oai/v1/chat/completions", body, headers).status == 403


def test_a_revoked_key_is_refused_within_a_second(product: Product) -> None:
    """Revoking from the command line reaches the running server within a second."""
    secret = product.command("keys", "create", "brief").stdout.strip()
    assert product.ask("GET", "/v1/evals/scores", key=secret).status == 200
    listed = product.command("keys", "list").stdout
    key_id = next(line.split()[0] for line in listed.splitlines() if " brief " in line)
    assert secret not in listed
    assert product.command("keys", "revoke", key_id).returncode == 0
    revoked_at = time.monotonic()
    while product.ask("GET", "/v1/evals/scores", key=secret).status != 401:
        assert time.monotonic() - revoked_at < 1
