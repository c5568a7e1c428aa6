"""Serves the built interface: files by name, and its one page for every address that a browser opens.

The page may load nothing that is not ours: the policy below allows no other host, no inline script and no frame around
it. File names hold a digest of their content, so browsers keep them for good; the page itself is asked for every time.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from servestatic import ServeStaticASGI

BUILT = Path(__file__).parent / "built"

_PAGE = "/index.html"
_DIGESTED = "/assets/"
# What is never a page, whatever a browser says it takes.
_NOT_PAGES = ("/v1/", "/health/", "/metrics", _DIGESTED)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Web:
    """The interface as an ASGI application; without built files it owns nothing, and the API is all there is."""

    def __init__(self, built: Path = BUILT) -> None:
        self._files = ServeStaticASGI(
            None,
            root=built if built.is_dir() else None,
            index_file=False,
            max_age=0,
            allow_all_origins=False,
            immutable_file_test=lambda _, url: url.startswith(_DIGESTED),
            add_headers_function=_add_headers,
        )
        self._has_page = (built / _PAGE[1:]).is_file()

    def owns(self, scope: Any) -> bool:
        """Whether a request asks for a file of the interface, or is a browser that opens one of its addresses."""
        if not self._has_page or scope["method"] not in ("GET", "HEAD"):
            return False
        return scope["path"] in self._files.files or _opens_page(scope)

    async def __call__(self, scope: Any, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        """Answer a request that is owned."""
        if scope["path"] not in self._files.files:
            scope = {**scope, "path": _PAGE}
        await self._files(scope, receive, send)


def _opens_page(scope: Any) -> bool:
    if scope["path"].startswith(_NOT_PAGES):
        return False
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _add_headers(headers: Any, path: str, url: str) -> None:
    del path
    for name, value in HEADERS.items():
        headers[name] = value
    if not url.startswith(_DIGESTED):
        headers["cache-control"] = "no-cache"
