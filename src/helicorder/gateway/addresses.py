"""Which addresses a caller may name as an upstream: public ones only.

The check is made on the parsed URL that is then requested and on the addresses that are then connected to, so there is
no second parser and no second lookup for an attacker to get between (DNS rebinding, odd spellings of an address).
"""

import ipaddress
import re
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from helicorder.errors import BadHeader, UpstreamRefused

# What a name or an address is made of; anything else is a trick on parsers, or a zone of an IPv6 address.
_HOST = re.compile(r"[A-Za-z0-9._:-]+")
# All that is global unicast in IPv6; leaves out ::, mapped, compatible, NAT64, unique-local, link-local and multicast.
_IPV6_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# What `ipaddress` calls global, at least in some versions of Python, and yet leads inside.
_REFUSED_THOUGH_GLOBAL = (
    ipaddress.ip_network("2002::/16"),  # 6to4 carries an IPv4 address of the caller's choice
    ipaddress.ip_network("2001::/23"),  # so does Teredo, and the rest is for protocols
    ipaddress.ip_network("3fff::/20"),  # documentation
    ipaddress.ip_network("192.0.0.0/24"),  # for protocols; Oracle's metadata service answers at .192
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays
    ipaddress.ip_network("168.63.129.16/32"),  # Azure's host agent
)


def is_public(address: str) -> bool:
    """Whether address (canonical text, as the resolver gives it) is on the public internet; False for anything odd."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if parsed.version == 6 and parsed not in _IPV6_GLOBAL_UNICAST:  # noqa: PLR2004 -- the protocol's number
        return False
    if any(parsed in network for network in _REFUSED_THOUGH_GLOBAL):
        return False
    return parsed.is_global and not parsed.is_multicast


def named_base(text: str, header: str) -> URL:
    """The base URL that a caller named in a header, syntax checked; its address is checked when it is used.

    Raises:
        BadHeader: not a URL with a host.
        UpstreamRefused: neither http nor https, or it carries a user name.
    """
    try:
        base = URL(text)
    except ValueError as error:
        raise BadHeader(f"{header} is not a URL: {error}") from error
    if not text.isascii() or not _HOST.fullmatch(base.raw_host or "") or base.raw_fragment:
        raise BadHeader(f"{header} must be an absolute http or https URL in ASCII.")
    if base.scheme not in ("http", "https"):
        raise UpstreamRefused(f"{header} must use http or https.")
    if base.raw_user is not None or base.raw_password is not None:
        raise UpstreamRefused(f"{header} must not carry a user name or a password.")
    return base


def refuse_private_literal(url: URL) -> None:
    """Let names pass (`PublicResolver` checks them) and public addresses.

    Raises:
        UpstreamRefused: the host is an address, in any spelling, that is not public.
    """
    host = url.raw_host or ""
    looks_numeric = ":" in host or host.replace(".", "").isdigit()
    if looks_numeric and not is_public(host):
        raise UpstreamRefused


class PublicResolver(AbstractResolver):
    """Resolves through another resolver, and refuses a name if any of its addresses is not public."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of host, all of them public.

        Raises:
            UpstreamRefused: one is not.
        """
        found = await self._inner.resolve(host, port, family)
        if not all(is_public(result["host"]) for result in found):
            raise UpstreamRefused
        return found

    async def close(self) -> None:
        """Close the inner resolver."""
        await self._inner.close()
