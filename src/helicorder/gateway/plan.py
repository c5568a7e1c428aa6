"""A request's path, headers and principal, read once into a frozen Plan before any byte goes out."""

from collections.abc import Mapping
from typing import Any

import msgspec
from multidict import CIMultiDict
from yarl import URL

from helicorder.errors import BadHeader, Invalid, NotFound
from helicorder.gateway import routes
from helicorder.gateway.addresses import named_base
from helicorder.gateway.headers import Inbound
from helicorder.model.headers import Annotations, read_annotations
from helicorder.model.ids import new_id
from helicorder.model.principal import Principal

_TARGET_URL = "helicone-target-url"
_API_BASE = "helicone-openai-api-base"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that is to be done with one request.

    Attributes:
        target: the configured upstream that the path means (`routes`); None when only a header names one.
        url: what is asked for; named: the caller chose it, so it must be public.
        path: the upstream's path without the query, which may hold a key.
        annotations: what the caller's Helicone headers say about the call.
    """

    org_id: str
    request_id: str
    method: str
    target: str | None
    url: URL
    named: bool
    headers: CIMultiDict[str]
    annotations: Annotations
    referrer: str = ""

    @property
    def path(self) -> str:
        """The path that the upstream is asked for."""
        return self.url.raw_path

    @property
    def target_url(self) -> str:
        """Where the request goes, without the query."""
        return str(self.url.with_query(None))


def read_plan(scope: Mapping[str, Any], inbound: Inbound, principal: Principal, targets: Mapping[str, URL]) -> Plan:
    """The plan for one request.

    Raises:
        NotFound: not a path of the gateway.
        BadHeader: a Helicone header cannot be used, or the upstream is not named.
        UpstreamRefused: the named upstream is not one that may be named.
        Invalid: a Helicone key alone where a provider key is needed.
    """
    path = scope["raw_path"].decode("latin-1")
    route = routes.route_of(path)
    if route is None:
        raise NotFound(f"No such path: {path}")
    named = _named_upstream(route, inbound.helicone)
    has_key = inbound.provider_key or b"key=" in scope["query_string"]  # Gemini's REST clients put it in the query
    if route.bare and named is None and not has_key:
        raise Invalid(
            "Provider keys are not stored here yet, so a Helicone key alone cannot call a model: send the provider's "
            "key in Authorization (or x-api-key, x-goog-api-key) and the Helicone key in Helicone-Auth."
        )
    base = named or _configured(route, targets)
    annotations = read_annotations(inbound.helicone)
    return Plan(
        org_id=principal.org_id,
        request_id=annotations.request_id or new_id(),
        method=scope["method"],
        target=route.target,
        url=_url(base, route.named_path if named else route.path, scope["query_string"]),
        named=named is not None,
        headers=inbound.forwarded,
        annotations=annotations,
        referrer=inbound.forwarded.get("referer", ""),
    )


def _named_upstream(route: routes.Route, helicone: Mapping[str, str]) -> URL | None:
    """The upstream that the caller names; clients send both headers, the OpenAI one is only about OpenAI's paths."""
    order = (_API_BASE, _TARGET_URL) if route.target == routes.OPENAI else (_TARGET_URL,)
    for header in order:
        if text := helicone.get(header, "").strip():
            return named_base(text, header)
    return None


def _configured(route: routes.Route, targets: Mapping[str, URL]) -> URL:
    if route.target is None:
        raise BadHeader("Helicone-Target-Url is missing: it names the upstream of this path.")
    return targets[route.target]


def _url(base: URL, path: str, query: bytes) -> URL:
    queries = [part for part in (base.raw_query_string, query.decode("latin-1")) if part]
    return URL.build(
        scheme=base.scheme,
        authority=base.raw_authority,
        path=routes.joined(base.raw_path, path),
        query_string="&".join(queries),
        encoded=True,
    )
