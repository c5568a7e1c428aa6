"""How often a secret may be guessed, in numbers that `docs/security.md` repeats."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

import pytest

from helicorder.control.guesses import Guess, Guesses, network_of
from helicorder.errors import TooManyAttempts

if TYPE_CHECKING:
    from control.conftest import Clock

HOUR, DAY = 3600.0, 86_400.0


def fails(guess: Guess) -> bool:
    """Whether a guess is let through, to fail then."""
    try:
        guess.count()
    except TooManyAttempts:
        return False
    return True


def networks(number: int) -> list[str]:
    """Addresses, each of another network that everybody can reach."""
    return [str(ipaddress.ip_address("5.0.0.1") + 256 * at) for at in range(number)]


def failures(guesses: Guesses, clock: Clock, seconds: float, addresses: list[str]) -> int:
    """How many guesses at one name are let through, when every address guesses as often as it can each five minutes."""
    count, until = 0, clock.now + seconds
    while clock.now < until:
        clock.now += 300
        for address in addresses:
            while fails(guesses.of_stranger("ada", address)):
                count += 1
    return count


@pytest.mark.parametrize("number", [1, 50, 300])
def test_what_strangers_may_guess_at_a_name_is_bounded(number: int, clock: Clock) -> None:
    """From however many networks, at most 500 and 80 an hour: 580 in any hour and 2,420 in any day."""
    guesses, addresses = Guesses(clock), networks(number)
    hours = [failures(guesses, clock, HOUR, addresses) for _ in range(26)]
    for first in range(26):
        for last in range(first + 1, 27):
            assert sum(hours[first:last]) <= 500 + 80 * (last - first)
    if number == 300:
        assert sum(hours[:24]) > 2_300, "the bound is one that is reached: otherwise the attack of this test is none"


def test_one_network_guesses_no_faster_for_having_many_addresses(clock: Clock) -> None:
    """All of an IPv4 /24 or an IPv6 /48 has the share of one address: 10 guesses at a name, then one each 90 s."""
    for family in (
        [f"5.0.0.{number}" for number in range(256)],
        [f"2a00:1:2:{number:x}::/64" for number in range(256)],
    ):
        guesses = Guesses(clock)
        assert sum(fails(guesses.of_stranger("ada", address)) for address in family) == 10
        clock.now += 90
        assert sum(fails(guesses.of_stranger("ada", address)) for address in family) == 1


def test_the_first_tries_of_a_network_are_left_to_it(clock: Clock) -> None:
    """While 200 networks guess as fast as they may for two days, each new network has two tries, and then waits."""
    guesses, attackers = Guesses(clock), networks(200)
    for newcomer in ("93.0.0.1", "93.0.1.1"):
        failures(guesses, clock, DAY, attackers)
        tries = [fails(guesses.of_stranger("ada", newcomer)) for _ in range(4)]
        assert tries == [True, True, False, False]
    with pytest.raises(TooManyAttempts) as refusal:
        guesses.of_stranger("ada", attackers[0]).refuse_early()
    assert 0 < (refusal.value.retry_after_seconds or 0) <= DAY


def test_no_stranger_delays_a_device(clock: Clock) -> None:
    """Whatever strangers do, a device may fail ten times at once and then once a minute, and other devices as well."""
    guesses = Guesses(clock)
    failures(guesses, clock, 2 * HOUR, networks(300))
    for device in ("laptop", "phone"):
        assert [fails(guesses.of_device(device)) for _ in range(12)] == [True] * 10 + [False] * 2
    clock.now += 60
    assert [fails(guesses.of_device("laptop")) for _ in range(2)] == [True, False]


def test_failures_at_one_name_do_not_delay_another(clock: Clock) -> None:
    """Names are guessed each by itself; an address that tries many has 50 tries, then one each five seconds."""
    guesses = Guesses(clock)
    failures(guesses, clock, HOUR, networks(300))
    assert fails(guesses.of_stranger("bob", "93.0.0.1"))
    tries = [fails(guesses.of_stranger(f"name {number}", "94.0.0.1")) for number in range(60)]
    assert tries == [True] * 50 + [False] * 10
    assert not fails(guesses.of_key("94.0.0.1"))
    clock.now += 5
    assert fails(guesses.of_key("94.0.0.1"))


def test_what_is_forgiven_costs_nothing(clock: Clock) -> None:
    """A right guess takes no share from anybody, not even a first try while strangers have spent what is theirs."""
    guesses = Guesses(clock)
    failures(guesses, clock, 300, networks(100))
    for _ in range(1_000):
        guess = guesses.of_stranger("ada", "93.0.0.1")
        guess.count()
        guess.forgive()
    assert [fails(guesses.of_stranger("ada", "93.0.0.1")) for _ in range(3)] == [True, True, False]


def test_refusing_early_counts_nothing(clock: Clock) -> None:
    """To ask whether an attempt would be refused is no attempt."""
    guesses = Guesses(clock)
    for _ in range(1_000):
        guesses.of_stranger("ada", "93.0.0.1").refuse_early()
        guesses.of_key("93.0.0.1").refuse_early()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("8.8.4.4", "8.8.4.0/24"),
        ("2a00:1:2:3::/64", "2a00:1:2::/48"),
        ("10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "127.0.0.1"),
        ("192.168.0.7", "192.168.0.7"),
        ("fd00:1:2:3::/64", "fd00:1:2:3::/64"),
        ("None", "None"),
    ],
)
def test_whose_failures_count_together(address: str, network: str) -> None:
    """Public addresses count by IPv4 /24 and IPv6 /48; private ones, which no stranger has many of, by themselves."""
    assert network_of(address) == network
