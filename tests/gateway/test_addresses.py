"""Callers may name public upstreams only, however they spell an address and whatever their names resolve to."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import aiohappyeyeballs
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from helicorder.errors import BadHeader, UpstreamRefused
from helicorder.gateway import addresses
from helicorder.gateway.addresses import is_public, named_base

if TYPE_CHECKING:
    from gateway.conftest import Rig

# PORT is the origin's, which listens on 127.0.0.1 and must never be reached.
HOSTILE = [
    "http://127.0.0.1:PORT",
    "http://127.0.0.1:PORT/v1",
    "https://127.0.0.1:PORT",
    "http://127.1:PORT",
    "http://127.0.1:PORT",
    "http://2130706433:PORT",
    "http://0x7f000001:PORT",
    "http://0x7f.0.0.1:PORT",
    "http://0x7f.1:PORT",
    "http://0177.0.0.1:PORT",
    "http://017700000001:PORT",
    "http://127.0.0.01:PORT",
    "http://127.000.000.001:PORT",
    "http://127.0.0.1.:PORT",
    "http://0.0.0.0:PORT",
    "http://0:PORT",
    "http://0x0:PORT",
    "http://[::]:PORT",
    "http://[::1]:PORT",
    "http://[0:0:0:0:0:0:0:1]:PORT",
    "http://[::ffff:127.0.0.1]:PORT",
    "http://[::ffff:7f00:1]:PORT",
    "http://[::ffff:0:127.0.0.1]:PORT",
    "http://[::127.0.0.1]:PORT",
    "http://[64:ff9b::7f00:1]:PORT",
    "http://[64:ff9b:1::7f00:1]:PORT",
    "http://[2002:7f00:1::]:PORT",
    "http://[2001:0:7f00:1::]:PORT",
    "http://[fc00::1]:PORT",
    "http://[fd00:ec2::254]:PORT",
    "http://[fe80::1]:PORT",
    "http://[fe80::1%25lo]:PORT",
    "http://[fec0::1]:PORT",
    "http://[ff02::1]:PORT",
    "http://[2001:db8::1]:PORT",
    "http://localhost:PORT",
    "http://LOCALHOST:PORT",
    "http://10.0.0.1",
    "http://172.16.0.1",
    "http://172.31.255.255",
    "http://192.168.0.1",
    "http://100.64.0.1",
    "http://100.100.100.200",
    "http://169.254.169.254",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166",
    "http://0xa9fea9fe",
    "http://[::ffff:169.254.169.254]",
    "http://168.63.129.16",
    "http://192.0.0.192",
    "http://192.0.2.1",
    "http://198.18.0.1",
    "http://203.0.113.1",
    "http://224.0.0.1",
    "http://240.0.0.1",
    "http://255.255.255.255",
    "http://user@127.0.0.1:PORT",
    "http://user:pass@example.com",
    "http://example.com@127.0.0.1:PORT",
    "http://127.0.0.1:PORT@example.com",
    "http://127.0.0.1:PORT#@example.com",
    "http://127.0.0.1:PORT\\@example.com",
    "http:\\\\127.0.0.1:PORT",
    "http://①②⑦.0.0.1:PORT",
    "http://127。0。0。1:PORT",
    "http://%31%32%37.0.0.1:PORT",
    "http://exam ple.com",
    "//127.0.0.1:PORT",
    "127.0.0.1:PORT",
    "localhost",
    "/v1",
    "http://",
    "http://:PORT",
    "http://example.com:99999",
    "http://example.com:port",
    "http://[::1",
    "file:///etc/passwd",
    "ftp://127.0.0.1:PORT",
    "gopher://127.0.0.1:PORT/_GET",
    "ws://127.0.0.1:PORT",
    "unix:///var/run/docker.sock",
    "data:text/plain,hi",
    "javascript:alert(1)",
]


class Zone(AbstractResolver):
    """A name server: the answers of each name in the order of the questions, the last one again and again."""

    def __init__(self, **names: list[list[str]]) -> None:
        self.names = names
        self.asked = 0

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 -- the answers' own families rule
    ) -> list[ResolveResult]:
        """The next answer for a host."""
        self.asked += 1
        answers = self.names[host.partition(".")[0]]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every address a connection was tried to; none is made, so that a hole in the guard lets no packet out."""
    tried: list[object] = []

    async def note(**given: object) -> None:
        tried.append(str(given["addr_infos"]))
        raise OSError("No connections in this test.")

    monkeypatch.setattr(aiohappyeyeballs, "start_connection", note)
    return tried


@pytest.mark.parametrize("header", ["Helicone-Target-Url", "Helicone-OpenAI-Api-Base"])
async def test_no_spelling_reaches_a_private_address(rig: Rig, connections: list[object], header: str) -> None:
    """Every hostile URL in either header is refused with a 4xx; nothing is connected to, nothing is recorded."""
    await rig.start(allow_private=False)
    port = rig.origin.url.rpartition(":")[2]
    for url in HOSTILE:
        answer = await rig.ask(headers=[f"{header}: {url.replace('PORT', port)}"])
        assert answer.status in (400, 403), url
        assert answer.error()["code"] in ("bad_header", "upstream_refused"), url
    assert connections == []
    assert rig.ingest.stats().offered == 0


@pytest.mark.parametrize(
    "found",
    [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::1"], ["2606:4700::1111", "fd00::1"], ["169.254.169.254"]],
)
async def test_a_name_with_any_private_address_is_refused(
    rig: Rig, connections: list[object], found: list[str]
) -> None:
    """One private address among a name's addresses is enough to refuse it."""
    zone = Zone(mixed=[found])
    await rig.start(allow_private=False, resolver=zone)
    port = rig.origin.url.rpartition(":")[2]
    answer = await rig.ask(headers=[f"Helicone-Target-Url: http://mixed.example:{port}"])
    assert (answer.status, answer.error()["code"], zone.asked) == (403, "upstream_refused", 1)
    assert connections == []
    assert rig.ingest.stats().offered == 0


async def test_a_name_that_flips_its_answer_gains_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was checked is the one connected to: each connection asks the name server exactly once."""
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.2")
    public = socket.create_server(("127.0.0.2", int(rig.origin.url.rpartition(":")[2])))
    public.close()  # nobody answers there, so a connection to it is refused
    zone = Zone(flips=[["127.0.0.2"], ["127.0.0.1"]])
    await rig.start(allow_private=False, resolver=zone)
    target = f"Helicone-Target-Url: http://flips.example:{rig.origin.url.rpartition(':')[2]}"
    first = await rig.ask(headers=[target])
    assert (first.status, zone.asked) == (502, 1)
    await rig.start(allow_private=False, resolver=zone)
    second = await rig.ask(headers=[target])
    assert (second.status, zone.asked) == (403, 2)
    assert rig.origin.connections == 0


async def test_a_configured_connection_is_not_lent_to_callers(rig: Rig) -> None:
    """The operator's upstream may be private; a caller that names the same address is still refused."""
    await rig.start(allow_private=False)
    assert (await rig.ask()).status == 200
    assert (await rig.ask(headers=[f"Helicone-Target-Url: {rig.origin.url}"])).status == 403
    assert len(rig.origin.heard) == 1


async def test_redirects_are_not_followed(rig: Rig) -> None:
    """A redirect to a private address goes to the caller as it is."""

    async def redirect(heard: object) -> None:
        await rig.origin.heard[-1].plain(b"", "Location: http://169.254.169.254/", status="302 Found")

    rig.origin.script = redirect
    answer = await rig.ask()
    assert (answer.status, answer.header("location")) == (302, "http://169.254.169.254/")
    assert len(rig.origin.heard) == 1


async def test_an_operator_may_allow_private_upstreams(rig: Rig) -> None:
    """With private upstreams allowed, a caller names a loopback upstream and reaches it."""
    answer = await rig.ask("/v1/gateway/v1/models", headers=[f"Helicone-Target-Url: {rig.origin.url}"])
    (call,) = await rig.recorded()
    assert (answer.status, rig.origin.heard[0].line) == (200, "POST /v1/models HTTP/1.1")
    assert call.target_url == f"{rig.origin.url}/v1/models"


async def test_a_public_name_is_connected_to(rig: Rig, connections: list[object]) -> None:
    """A name with public addresses only is connected to at those addresses."""
    await rig.start(allow_private=False, resolver=Zone(public=[["8.8.8.8"]]))
    answer = await rig.ask(headers=["Helicone-Target-Url: http://public.example:81"])
    assert answer.status == 502
    assert "8.8.8.8" in str(connections[0])


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "104.18.6.192", "2606:4700::1111", "2a00:1450:4001::200e"])
def test_public_addresses_are_public(address: str) -> None:
    """Ordinary addresses of the internet may be named."""
    assert is_public(address)


def test_named_urls_are_read_whole() -> None:
    """Scheme, host, port, path and query of a named upstream survive."""
    assert named_base("https://Example.com:8443/openai/v1?api-version=1", "X") == URL(
        "https://example.com:8443/openai/v1?api-version=1"
    )
    with pytest.raises(UpstreamRefused):
        named_base("ftp://example.com", "X")
    with pytest.raises(BadHeader):
        named_base("example.com", "X")
