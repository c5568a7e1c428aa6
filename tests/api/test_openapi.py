"""The OpenAPI documents hold against the real server: the seed's own, and the one committed beside the code."""

from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    response_schema_conformance,
    status_code_conformance,
)

from helicorder.api.application import openapi_document
from helicorder.api.openapi import text_of
from product_server import Product

ROOT = Path(__file__).parents[2]
SEED = Path(__file__).with_name("seed-openapi.yaml")
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def drawable_document() -> dict[str, Any]:
    """Our document with any JSON for a filter: drawing trees from a recursive schema of fifty columns takes hours."""
    document = openapi_document()
    document["components"]["schemas"]["FilterNode"] = {}
    return document


# A stream has no end that a case could wait for: its parameters are drawn below, its events are in test_live.
LIVE = "/v1/calls/live"
DOCUMENTED = openapi_document()["paths"][LIVE]["get"]["responses"]
own = schemathesis.openapi.from_dict(drawable_document()).exclude(path=LIVE)
streamed = schemathesis.openapi.from_dict(drawable_document()).include(path=LIVE)
seed = schemathesis.openapi.from_path(SEED)


@pytest.fixture(scope="module")
def keyed(product: Product) -> dict[str, str]:
    """An admin's credential in an organisation of its own: what is sent may rename it, and count as failed sign-ins."""
    assert product.command("org", "create", "fuzzed").returncode == 0
    made = product.command("keys", "create", "fuzzer", "--org", "fuzzed", "--scopes", "read,write,admin")
    assert made.returncode == 0, made.stderr
    return {"Authorization": f"Bearer {made.stdout.strip()}", "X-Forwarded-For": "203.0.113.1"}


@own.parametrize()
@FEW
def test_our_document_holds(case: Case[Any], product: Product, keyed: dict[str, str]) -> None:
    """Whatever is sent, no answer is an undocumented status or shape, and none is a 5xx."""
    case.call_and_validate(
        base_url=product.base,
        headers=keyed,
        checks=[not_a_server_error, status_code_conformance, response_schema_conformance],
    )


@streamed.parametrize()
@FEW
def test_a_stream_begins_or_is_refused_as_documented(case: Case[Any], product: Product, keyed: dict[str, str]) -> None:
    """Whatever is asked of a stream, it begins as one or is refused, with a documented status, as anything else is."""
    sent = case.as_transport_kwargs(base_url=product.base, headers=keyed)
    with requests.request(**sent, stream=True, timeout=30) as answer:
        assert case.method != "GET" or str(answer.status_code) in DOCUMENTED
        if answer.status_code == 200:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert next(answer.iter_content(1024)).startswith(b"retry: ")
        elif case.method not in ("OPTIONS", "HEAD"):
            assert answer.json()["data"] is None, answer.status_code


@seed.parametrize()
@FEW
def test_the_seed_holds(case: Case[Any], product: Product, keyed: dict[str, str]) -> None:
    """A request of the seed's schema is answered 200 in its shape, or refused with a 4xx in its shape; never a 5xx."""
    answer = case.call(base_url=product.base, headers=keyed)
    case.validate_response(answer, checks=[not_a_server_error])
    if answer.status_code == 200:
        assert answer.json() == {"data": None, "error": None}
    elif case.method != "OPTIONS":
        assert answer.json()["data"] is None, answer.status_code
        assert isinstance(answer.json()["error"], str)


def test_the_committed_document_is_current() -> None:
    """openapi.json is what the code says."""
    assert (ROOT / "openapi.json").read_text() == text_of(openapi_document())


def test_the_document_is_served_to_everybody(product: Product) -> None:
    """GET /openapi.json answers with the bytes that `helicorder openapi` prints, without a key."""
    served = product.ask("GET", "/openapi.json", key=None)
    assert (served.status, served.headers["content-type"]) == (200, "application/json")
    assert served.body.decode() == text_of(openapi_document())


def test_a_known_document_is_not_sent_again(product: Product) -> None:
    """Whoever names the document's ETag in If-None-Match gets 304 and no body; another ETag gets the document."""
    etag = product.ask("GET", "/openapi.json", key=None).headers["etag"]
    known = product.ask("GET", "/openapi.json", headers={"If-None-Match": f'"other", {etag}'}, key=None)
    assert (known.status, known.body, known.headers["etag"]) == (304, b"", etag)
    assert product.ask("GET", "/openapi.json", headers={"If-None-Match": '"other"'}, key=None).status == 200
