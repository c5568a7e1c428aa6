"""What one address may hold, on real sockets of this process; whole floods are in tests/product/test_floods.py."""

import asyncio
import contextlib
import select
import socket
import sys
from typing import Any

import psutil
import pytest

from helicorder.errors import BodyTooSlow, MalformedBody
from helicorder.listener.connections import Body, Connections, holder_of


async def nothing(*_: Any) -> None:
    """An application that answers nothing."""


def is_open(connection: socket.socket) -> bool:
    """Whether the other end has not closed, of a connection on which nothing is sent."""
    return not select.select([connection], [], [], 0)[0]


@pytest.mark.parametrize(
    ("address", "holder"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
    ],
)
def test_an_address_counts_as_itself_or_its_network(address: str, holder: str) -> None:
    """An IPv4 address counts by itself, however it is written; an IPv6 address counts as its network of 64 bits."""
    assert holder_of(address) == holder


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")
@pytest.mark.parametrize("per_address", [1, 3, 5])
def test_each_address_is_closed_down_to_its_bound(per_address: int) -> None:
    """Of the connections of each address, IPv4 and IPv6, the newest are closed down to the bound; others stay."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True))
        port = listening.getsockname()[1]
        callers: dict[str, list[socket.socket]] = {}
        for source, target in (("127.0.0.2", "127.0.0.1"), ("127.0.0.3", "127.0.0.1"), ("::1", "::1")):
            for _ in range(4):
                made = socket.create_connection((target, port), source_address=(source, 0))
                callers.setdefault(source, []).append(stack.enter_context(made))
                stack.enter_context(listening.accept()[0])
        files = psutil.Process().num_fds()
        Connections(nothing, nothing, port=port, per_address=per_address).close_excess()
        expected = [True] * min(4, per_address) + [False] * max(0, 4 - per_address)
        assert {name: [is_open(each) for each in made] for name, made in callers.items()} == dict.fromkeys(
            callers, expected
        )
        assert psutil.Process().num_fds() == files


async def test_a_request_is_under_way_until_it_is_answered() -> None:
    """An address that has its number of requests under way is refused the next, until one of them is over."""
    refused, answered = [], asyncio.Event()

    async def wait(*_: Any) -> None:
        await answered.wait()

    async def refuse(scope: Any, *_: Any) -> None:
        refused.append(scope["client"])

    connections = Connections(wait, refuse, port=1, per_address=2)

    def ask(address: str, port: str) -> asyncio.Task[None]:
        scope = {"type": "http", "client": (address, port), "headers": []}
        return asyncio.create_task(connections(scope, nothing, nothing))

    waiting = [ask("192.0.2.1", "1"), ask("192.0.2.1", "2"), ask("192.0.2.1", "3"), ask("192.0.2.2", "1")]
    await asyncio.sleep(0)
    assert refused == [("192.0.2.1", "3")]
    answered.set()
    await asyncio.gather(*waiting, ask("192.0.2.1", "4"))
    assert refused == [("192.0.2.1", "3")]


def messages(*given: tuple[bytes, bool] | None) -> Any:
    """A receive that gives these parts, (bytes, whether more follow) or None for a caller who has gone; then waits."""
    left = list(given)

    async def receive() -> Any:
        if not left:
            await asyncio.Event().wait()
        part = left.pop(0)
        if part is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part[0], "more_body": part[1]}

    return receive


async def test_a_body_that_is_complete_is_not_timed() -> None:
    """Once the body has come, by its length or by its end, waiting for the caller to go takes as long as it takes."""
    whole, ended = Body(messages((b"ab", True)), 2, grace=0.05), Body(messages((b"ab", False)), None, grace=0.05)
    await asyncio.gather(whole(), ended())
    for body in (whole, ended, Body(messages(), 0, grace=0.05)):
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(body(), 0.2)


async def test_a_body_that_stops_is_too_slow() -> None:
    """A body that is not complete is waited for as long as it may be, and then refused."""
    for body in (Body(messages((b"ab", True)), length, grace=0.05) for length in (3, None)):
        assert (await body())["body"] == b"ab"
        with pytest.raises(BodyTooSlow):
            await asyncio.wait_for(body(), 5)


async def test_no_credit_lasts_longer_than_the_longest_wait() -> None:
    """A body of a MiB, which has earned a quarter of an hour, is cut off after the longest wait without a byte."""
    body = Body(messages((b"a" * 2**20, True)), None, longest=0.05)
    await body()
    with pytest.raises(BodyTooSlow):
        await asyncio.wait_for(body(), 5)


async def test_a_caller_who_goes_leaves_half_a_body() -> None:
    """A caller who goes before the body is complete has sent a malformed one; afterwards the message is passed on."""
    with pytest.raises(MalformedBody):
        await Body(messages(None), 1)()
    body = Body(messages((b"", False), None), None)
    await body()
    assert (await body())["type"] == "http.disconnect"
