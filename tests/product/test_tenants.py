"""Keys, scopes and tenants: the tenant comes from the credential alone, and another's data never shows."""

import csv
import functools
import io
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from helicorder.api import logs, pins
from helicorder.api.application import HANDLERS, PINNED, openapi_document
from helicorder.model.ids import new_id
from helicorder.model.principal import Role, Scope
from helicorder.model.score import Source, Target, natural_id
from live_client import live
from product_server import Answer, Product
from route_bodies import body_for

CANARY = f"canary-{new_id()}"
LIVE = "/v1/calls/live"
"""A stream, which ends when whoever listens has heard enough: it has a test of its own."""
PUBLIC_PATHS = {
    "/health/live",
    "/health/ready",
    "/metrics",
    "/openapi.json",
    "/v1/request/{request_id}/body",
    "/v1/auth/sign-in",
    "/v1/auth/sign-out",
}
BY_ITSELF = {"/v1/auth/sign-in", "/v1/auth/sign-out", "/v1/auth/password"}
"""Not for every credential: each has tests of its own in test_sign_in."""


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
    headers = {"Helicone-Request-Id": CANARY, "Helicone-User-Id": CANARY, "Helicone-Property-Canary": CANARY} | {
        f"Helicone-Session-{part}": CANARY for part in ("Id", "Name", "Path")
    }
    assert product.ask("POST", "/custom/v1/log", body, headers, key=other_key).status == 200
    scores = {"scores": {CANARY: 0.5}}
    assert product.ask("POST", f"/v1/request/{CANARY}/score", scores, key=other_key).status == 200
    assert CANARY in product.ask("GET", f"/v1/request/{CANARY}?includeBody=true", key=other_key).body.decode()
    return CANARY


@pytest.fixture(scope="module")
def foreign_ids(product: Product, other_key: str, foreign_id: str) -> dict[str, str]:
    """What the second organisation has, by the name of the path's parameter: its people and keys have canaries, too."""
    member = {"name": CANARY, "role": "admin", "display_name": CANARY}
    made = product.ask("POST", "/v1/organization/members", member, key=other_key).json()["data"]["member"]
    key = product.ask("POST", "/v1/api-keys", {"api_key_name": CANARY}, key=other_key).json()
    listed = {"name": CANARY, "scores": [CANARY], "how": "listed", "request_ids": [foreign_id]}
    queue = product.ask("POST", "/v1/queues", listed, key=other_key).json()["data"]
    return {
        "request_id": foreign_id,
        "score_id": natural_id(Target.REQUEST, foreign_id, CANARY, Source.API, ""),
        "name": CANARY,
        "token": "no-such-pin",
        "session_id": CANARY,
        "property_key": "canary",
        "member_id": made["id"],
        "api_key_id": key["id"],
        "queue_id": queue["id"],
        "item": "1",
    }


@pytest.fixture(scope="module")
def session(product: Product) -> dict[str, str]:
    """The headers of a page of ours, in a browser that signed in with the first organisation's key."""
    return signed_in(product, {"key": product.key})


@pytest.fixture(scope="module")
def lesser(product: Product) -> dict[str, tuple[frozenset[Scope], dict[str, str]]]:
    """Credentials of the first organisation that may not do everything: what they may, and their headers."""
    found = {}
    for scope in (Scope.READ, Scope.WRITE):
        key = product.command("keys", "create", f"only {scope}", "--scopes", scope).stdout.strip()
        found[f"{scope} key"] = (frozenset({scope}), {"Authorization": f"Bearer {key}"})
    for role in (Role.VIEWER, Role.MEMBER):
        person = {"name": f"{role}-{new_id()}", "role": role, "password": "a password of twelve and more"}
        assert product.ask("POST", "/v1/organization/members", person).status == 200
        found[role] = (role.scopes, signed_in(product, {"name": person["name"], "password": person["password"]}))
    return found


def signed_in(product: Product, credentials: dict[str, str]) -> dict[str, str]:
    """The headers that a page of ours sends once its browser has signed in."""
    answer = product.ask("POST", "/v1/auth/sign-in", credentials, {"X-Forwarded-For": "203.0.113.2"}, key=None)
    assert answer.status == 200, answer.body
    return {"Cookie": "; ".join(cookie.split(";")[0] for cookie in answer.cookies), "Sec-Fetch-Site": "same-origin"}


def operations() -> Iterator[tuple[str, str]]:
    """Every (method, path) of the API that answers at once, from its own document."""
    for path, methods in openapi_document()["paths"].items():
        yield from ((method.upper(), path) for method in methods if path != LIVE)


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


def concrete(path: str, ids: dict[str, str]) -> str:
    """A path with ids for its parameters."""
    return functools.reduce(lambda text, name: text.replace(f"{{{name}}}", ids[name]), ids, path)


def asked(
    product: Product,
    method: str,
    path: str,
    ids: dict[str, str],
    headers: dict[str, str] | None = None,
    **key: str | None,
) -> Answer:
    """What an operation answers that is asked for somebody else's things, from an address that is this test's."""
    sent = {"X-Forwarded-For": "203.0.113.3", **(headers or {})}
    return product.ask(method, concrete(path, ids), body_for(method, path, CANARY), sent, **key)


def without_echoes(path: str, ids: dict[str, str], answer: Answer) -> str:
    """An answer's text less what the caller itself said."""
    told = (f'"{name}":"{CANARY}"' for name in ("name", "target_id", "call_session_id"))
    echoed = (concrete(path, ids), *told, f"'{CANARY}'")
    return functools.reduce(lambda text, own: text.replace(own, ""), echoed, text_of(path, answer.body))


@pytest.mark.parametrize(("method", "path"), list(operations()))
def test_no_route_answers_without_a_key_or_shows_another_tenant(
    product: Product, foreign_ids: dict[str, str], session: dict[str, str], method: str, path: str
) -> None:
    """Every route but the public ones is 401 without a valid credential, and shows nobody another organisation's data.

    A key and the session of a browser are answered alike.
    """
    mine = asked(product, method, path, foreign_ids)
    if any(f"{{{name}}}" in path for name in ("score_id", "member_id", "api_key_id", "queue_id")):
        assert mine.status == 404
    assert CANARY not in without_echoes(path, foreign_ids, mine)
    if path not in BY_ITSELF:
        by_session = asked(product, method, path, foreign_ids, session, key=None)
        done_already = {404, 409} if mine.status == 200 and method != "GET" else set()
        assert by_session.status in {mine.status, *done_already}
        assert CANARY not in without_echoes(path, foreign_ids, by_session)
    if path in PUBLIC_PATHS:
        return
    for key in (None, "sk-helicone-no-such-key-at-all"):
        assert asked(product, method, path, foreign_ids, key=key).status == 401
    nobodys = {"Cookie": "helicorder_session=helicorder-session-nobodys", "Sec-Fetch-Site": "same-origin"}
    assert asked(product, method, path, foreign_ids, nobodys, key=None).status == 401


@pytest.mark.parametrize(
    "proof",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "OWN"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "OWN.evil.example"},
    ],
)
def test_no_route_writes_for_a_page_of_another_site(
    product: Product, foreign_ids: dict[str, str], session: dict[str, str], proof: dict[str, str]
) -> None:
    """With the cookie alone, or with a header that names another site, everything but reading by GET is 403."""
    forged = {"Cookie": session["Cookie"]} | {name: value.replace("OWN", product.base) for name, value in proof.items()}
    for method, path in operations():
        if method == "GET" or (not proof and path in PUBLIC_PATHS):
            continue
        answer = asked(product, method, path, foreign_ids, forged, key=None)
        assert (answer.status, answer.headers["helicorder-error"]) == (403, "forbidden"), (method, path)
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("proof", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "OWN"}])
def test_a_page_of_ours_writes(product: Product, session: dict[str, str], proof: dict[str, str]) -> None:
    """The browser's word that a page of this server asks is enough, and so is an older browser's Origin."""
    sent = {"Cookie": session["Cookie"]} | {name: value.replace("OWN", product.base) for name, value in proof.items()}
    request_id = new_id()
    scored = product.ask("POST", f"/v1/request/{request_id}/score", {"scores": {"a": 1}}, sent, key=None)
    assert scored.status == 200
    assert product.ask("GET", f"/v1/request/{request_id}/scores", headers=sent, key=None).json()["data"] != []


@pytest.mark.parametrize("who", ["read key", "write key", "viewer", "member"])
def test_every_route_asks_for_its_scope(
    product: Product,
    foreign_ids: dict[str, str],
    lesser: dict[str, tuple[frozenset[Scope], dict[str, str]]],
    who: str,
) -> None:
    """Whoever lacks a route's scope is 403 there, whatever they send; whoever has it is not."""
    scopes, headers = lesser[who]
    seen = 0
    for handler in (*HANDLERS, *logs.handlers(None), *pins.handlers(PINNED)):
        needed: Scope | None = handler.opt.get("scope")
        for path in handler.paths:
            [method] = handler.http_methods
            plain = re.sub(r":\w+}", "}", path)
            if plain == LIVE and needed in scopes:
                continue
            if needed is None:
                assert handler.opt.get("public") or handler.opt.get("anybody"), path
                continue
            answer = asked(product, method, plain, foreign_ids, headers, key=None)
            assert (answer.status == 403) == (needed not in scopes), (method, path, answer.body)
            seen += 1
    assert seen > 50


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
    assert theirs["properties"]["canary"] == CANARY
    assert "mine" not in theirs["properties"]


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


@pytest.mark.timed
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
