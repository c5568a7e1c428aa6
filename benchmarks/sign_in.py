"""Signing in by name and password: many at once, beside a flood, and while strangers fail for one's name.

Method: one server tree on a scratch directory, clients on the same cores, each sign-in on a connection of its own. The
server hashes one password at a time, so all figures hang on how long one hash takes, which is printed first. Addresses
are told in ``X-Forwarded-For``, which the server believes of a proxy on the same machine.
"""

import asyncio
import collections
import itertools
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from _server import scratch
from helicorder.control.passwords import Passwords
from product_server import Product

AT_ONCE = 30
FLOOD = 500
STRANGERS = 200
PASSWORD = "correct horse battery staple"  # noqa: S105 -- of members made here

Outcome = tuple[int, float]


def sign_in(server: Product, name: str, password: str, address: str, cookie: str = "") -> Outcome:
    """One sign-in: its status, and the seconds it took; 0 where no answer came in 30 s."""
    headers = {"X-Forwarded-For": address} | ({"Cookie": cookie} if cookie else {})
    began = time.monotonic()
    try:
        answer = server.ask("POST", "/v1/auth/sign-in", {"name": name, "password": password}, headers, key=None)
    except OSError:
        return 0, time.monotonic() - began
    return answer.status, time.monotonic() - began


def tell(what: str, outcomes: Iterable[Outcome]) -> None:
    """Print the statuses and the longest time."""
    kept = list(outcomes)
    statuses = ", ".join(
        f"{count} x {status}" for status, count in sorted(collections.Counter(s for s, _ in kept).items())
    )
    print(f"{what:60} {statuses:28} longest {max(seconds for _, seconds in kept):6.2f} s")


def many_at_once(server: Product, names: list[str]) -> None:
    """Honest sign-ins at the same moment, from one address."""
    with ThreadPoolExecutor(AT_ONCE) as clients:
        for what, who in (("of as many members", names), ("of one member", names[:1] * AT_ONCE)):
            outcomes = clients.map(lambda name: sign_in(server, name, PASSWORD, "198.51.100.1"), who)
            tell(f"{AT_ONCE} at once from one address, {what}", outcomes)


def beside_a_flood(server: Product, names: list[str]) -> None:
    """One after the other from one address, while another floods."""
    with ThreadPoolExecutor(FLOOD) as clients:
        flood = [clients.submit(sign_in, server, names[1], PASSWORD, "198.51.100.2") for _ in range(FLOOD)]
        time.sleep(1)
        honest = [sign_in(server, names[2], PASSWORD, "198.51.100.3") for _ in range(10)]
        outcomes = [attempt.result() for attempt in flood]
    tell(f"one by one beside {FLOOD} at once from another address", honest)
    tell("the flood itself", outcomes)


def beside_an_attack(server: Product, names: list[str]) -> None:
    """The owner of a name, with the browser of before and with new ones, while strangers fail for that name."""
    owner = {"name": names[0], "password": PASSWORD}
    headers = {"X-Forwarded-For": "198.51.100.4"}
    first = server.ask("POST", "/v1/auth/sign-in", owner, headers, key=None)
    device = next(cookie.split(";")[0] for cookie in first.cookies if cookie.startswith("helicorder_device="))
    strangers = itertools.cycle(f"5.0.{number}.1" for number in range(STRANGERS))
    over, lock, failed = threading.Event(), threading.Lock(), list[Outcome]()

    def fail() -> None:
        while not over.is_set():
            with lock:
                address = next(strangers)
            failed.append(sign_in(server, names[0], "a wrong password", address))

    attackers = [threading.Thread(target=fail) for _ in range(16)]
    for attacker in attackers:
        attacker.start()
    while len(failed) < 2 * STRANGERS:
        time.sleep(0.1)
    known = [sign_in(server, names[0], PASSWORD, f"5.0.{number}.1", device) for number in range(30)]
    new = [sign_in(server, names[0], PASSWORD, f"6.0.{number}.1") for number in range(30)]
    over.set()
    for attacker in attackers:
        attacker.join()
    tell(f"the owner, a known device, beside {STRANGERS} that fail", known)
    tell(f"the owner, a new device each, beside {STRANGERS} that fail", new)
    tell("those that fail", failed)


async def seconds_of_a_hash() -> float:
    """How long one takes, of five."""
    hashing = Passwords()
    began = time.perf_counter()
    for _ in range(5):
        await hashing.hash("a password")
    hashing.close()
    return (time.perf_counter() - began) / 5


def main() -> None:
    """Measure and print."""
    print(f"one hash takes {asyncio.run(seconds_of_a_hash()):.2f} s")
    with scratch() as (directory, stack):
        server = Product(directory / "data", log_level="error")
        stack.callback(server.stop)
        server.start()
        names = [f"member-{number}" for number in range(AT_ONCE)]
        for name in names:
            member = {"name": name, "role": "member", "password": PASSWORD}
            assert server.ask("POST", "/v1/organization/members", member).status == 200
        many_at_once(server, names)
        beside_a_flood(server, names)
        beside_an_attack(server, names)


if __name__ == "__main__":
    main()
