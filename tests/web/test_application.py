"""The interface's files as a browser gets them."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from helicorder.app import front
from helicorder.web.application import POLICY, Web

PAGE = b"<!doctype html><title>Helicorder</title>"
BROWSER = {"accept": "text/html,application/xhtml+xml"}


class NotTheGateway:
    """A gateway that owns nothing."""

    def owns(self, path: str) -> bool:
        """Nothing."""
        del path
        return False


async def api(scope: Any, receive: Any, send: Any) -> None:
    """What stands behind the interface: says that it was asked."""
    del scope, receive
    await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b"{}"})


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A built interface of a page, a script and its compressed form."""
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_bytes(PAGE)
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (assets / "index-abc123.js").write_text("1;" * 99)
    (assets / "index-abc123.js.br").write_bytes(b"brotli")
    return tmp_path


@pytest.fixture
def client(built: Path) -> httpx.AsyncClient:
    """A client of the interface in front of the API."""
    gateway: Any = NotTheGateway()
    face: Any = front(gateway, Web(built), api)
    return httpx.AsyncClient(transport=httpx.ASGITransport(face), base_url="http://here")


@pytest.mark.parametrize("path", ["/", "/requests", "/requests/a%2Fb", "/scores/compare?name=x", "/nothing/here"])
async def test_a_browser_gets_the_page_at_every_address_of_the_interface(client: httpx.AsyncClient, path: str) -> None:
    """A browser that opens an address outside the API is given the page, which finds out what to show."""
    answer = await client.get(path, headers=BROWSER)
    assert answer.status_code == 200
    assert answer.content == PAGE
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("method", "path", "accept"),
    [
        ("GET", "/v1/request/x", "text/html"),
        ("GET", "/health/live", "text/html"),
        ("GET", "/metrics", "text/html"),
        ("GET", "/assets/gone.js", "text/html"),
        ("GET", "/requests", "application/json"),
        ("GET", "/requests", "*/*"),
        ("POST", "/requests", "text/html"),
    ],
)
async def test_all_else_is_the_apis(client: httpx.AsyncClient, method: str, path: str, accept: str) -> None:
    """The API answers its own paths, what is no browser's opening of a page, and what is not there."""
    answer = await client.request(method, path, headers={"accept": accept})
    assert answer.headers["content-type"] == "application/json"


async def test_files_with_a_digest_in_their_name_are_kept_for_good(client: httpx.AsyncClient) -> None:
    """A digested file is immutable and goes out compressed; others are asked for again."""
    script = await client.get("/assets/index-abc123.js", headers={"accept-encoding": "br"})
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-encoding"] == "br"
    assert "javascript" in script.headers["content-type"]
    assert (await client.get("/favicon.svg")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/assets/index-abc123.js", "/favicon.svg"])
async def test_nothing_may_be_loaded_framed_or_sniffed(client: httpx.AsyncClient, path: str) -> None:
    """Every file carries the policy: no other host, no inline script, no frame; and no other site may read it."""
    headers = (await client.get(path, headers=BROWSER)).headers
    assert headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "access-control-allow-origin" not in headers


async def test_no_path_leads_out_of_the_folder(client: httpx.AsyncClient, built: Path) -> None:
    """A path with dots, plain or encoded, never reaches a file beside the built ones."""
    (built.parent / "secret.txt").write_text("secret")
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"):
        assert "secret" not in (await client.get(path)).text


async def test_without_a_built_interface_the_api_is_all_there_is(tmp_path: Path) -> None:
    """A server whose interface was not built still serves the API."""
    assert not Web(tmp_path / "nowhere").owns({"method": "GET", "path": "/", "headers": [(b"accept", b"text/html")]})
