"""How often a secret may be guessed: guesses at a name are bounded, and its owner does not wait for what strangers do.

An attempt is made by a device that the member signed in with before, or by a stranger. Devices are counted each by
itself, so that no failure of a stranger delays them. Strangers are counted by address, by network at a name, and all
together at a name. Once all together have failed too often, each network still has its first tries of the day, so that
the owner gets in with a new device; these are bounded for all networks together as well.

What may fail at one name, in any stretch of time:

- of strangers: 20 at once and 60 an hour, and 480 first tries at once and 20 an hour. That is 580 in any hour, and
  2,420 in any day;
- of each device: 10 at once and 60 an hour.
"""

import ipaddress
import math
import time
from collections.abc import Callable

from helicorder.control.attempts import Attempts
from helicorder.errors import TooManyAttempts

_DAY = 86_400.0
# (how many at once, how many seconds until one more)
FAILURES_PER_DEVICE = (10, 60.0)
# People may share an address, so this one only slows down those who try many names.
FAILURES_PER_ADDRESS = (50, 5.0)
FAILURES_PER_NETWORK = (10, 90.0)
FAILURES_OF_STRANGERS = (20, 60.0)
FIRST_TRIES_PER_NETWORK = (2, _DAY / 2)
FIRST_TRIES = (480, 180.0)
_IPV4_NETWORK, _IPV6_NETWORK = 24, 48  # bits: what one attacker easily has all of

_Count = tuple[Attempts, str]


class Guess:
    """One attempt: counted as a failure before anything is compared, until it has turned out not to be one.

    Args:
        ways: each a set of counts that must all allow the attempt; the first way that does is taken.
    """

    def __init__(self, *ways: tuple[_Count, ...]) -> None:
        self._ways = ways
        self._counted: tuple[_Count, ...] = ()

    def refuse_early(self) -> None:
        """Refuse what would be refused now, without counting it.

        Raises:
            TooManyAttempts: too many failed.
        """
        self._way()

    def count(self) -> None:
        """Count it as failed.

        Raises:
            TooManyAttempts: too many failed.
        """
        self._counted = self._way()
        for attempts, subject in self._counted:
            attempts.count(subject)

    def forgive(self) -> None:
        """Take back what was counted, if anything was."""
        for attempts, subject in self._counted:
            attempts.forgive(subject)

    def _way(self) -> tuple[_Count, ...]:
        waits = [max(attempts.wait(subject) for attempts, subject in way) for way in self._ways]
        shortest = min(waits)
        if shortest > 0:
            seconds = math.ceil(shortest)
            raise TooManyAttempts(f"Too many attempts have failed; try again in {seconds} seconds.", seconds)
        return self._ways[waits.index(shortest)]


class Guesses:
    """What was guessed lately, in memory.

    Args:
        clock: seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._of_device = Attempts(*FAILURES_PER_DEVICE, clock)
        self._of_address = Attempts(*FAILURES_PER_ADDRESS, clock)
        self._of_network = Attempts(*FAILURES_PER_NETWORK, clock)
        self._of_strangers = Attempts(*FAILURES_OF_STRANGERS, clock)
        self._first_of_network = Attempts(*FIRST_TRIES_PER_NETWORK, clock)
        self._first_of_all = Attempts(*FIRST_TRIES, clock)

    def of_key(self, address: str) -> Guess:
        """An attempt with an API key."""
        return Guess(((self._of_address, address),))

    def of_device(self, device: str) -> Guess:
        """An attempt at the password of a member, by a browser that has signed in as that member."""
        return Guess(((self._of_device, device),))

    def of_stranger(self, login: str, address: str) -> Guess:
        """An attempt at the password of a name that somebody has or nobody, by anybody else."""
        share = f"{network_of(address)} {login}"
        always = ((self._of_address, address), (self._of_network, share))
        return Guess(
            (*always, (self._of_strangers, login)),
            (*always, (self._first_of_network, share), (self._first_of_all, login)),
        )


def network_of(address: str) -> str:
    """Whose failures count together: an IPv4 /24, an IPv6 /48. On a private network each address is its own.

    Args:
        address: an IPv4 address or an IPv6 network, as `api.browser.address_of` says it.
    """
    try:
        network = ipaddress.ip_network(address)
    except ValueError:
        return address
    bits = _IPV4_NETWORK if network.version == 4 else _IPV6_NETWORK  # noqa: PLR2004 -- IPv4
    if not network.is_global or network.prefixlen <= bits:
        return address
    return str(network.supernet(new_prefix=bits))
