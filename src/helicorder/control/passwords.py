"""Passwords: what one may be, how one is made, and the argon2id hash that is kept in its place.

Hashing costs 64 MiB and about an eighth of a second, which is its point, so it runs one at a time on a thread of its
own: however many try to sign in, one core and 64 MiB are all they can have, and the event loop does not wait. Callers
take fair turns (`turns`).
"""

import asyncio
import base64
import concurrent.futures
import secrets
import unicodedata
from collections.abc import Callable
from typing import TypeVar

import argon2

from helicorder.control.turns import ANYWHERE, Place, Turns
from helicorder.errors import Invalid
from helicorder.model.ids import has_control_character

MIN_LENGTH = 12
MAX_LENGTH = 256
# RFC 9106's recommendation for where memory is scarce, with one lane for its four: a sign-in takes one core at most.
TIME_COST = 3
MEMORY_KIB = 65_536
_HASH_BYTES = 32
_SALT_BYTES = 16
_MADE_CHARACTERS = 20  # 5 bits each: 100 bits
_GROUP = 5

_Answer = TypeVar("_Answer")


def new_password() -> str:
    """A fresh password to be shown once: four groups of five base32 characters, 100 bits."""
    text = base64.b32encode(secrets.token_bytes(15)).decode().lower()[:_MADE_CHARACTERS]
    return "-".join(text[at : at + _GROUP] for at in range(0, _MADE_CHARACTERS, _GROUP))


def checked_password(password: str, name: str) -> str:
    """A password that somebody chose to go with a name, unchanged.

    Raises:
        Invalid: not 12 to 256 characters, none of them control characters, or the name itself; the message never
            repeats it.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Invalid(f"A password must have {MIN_LENGTH} to {MAX_LENGTH} characters; this one has {len(password)}.")
    if has_control_character(password):
        raise Invalid("A password must not hold control characters.")
    if password.casefold() == name.casefold():
        raise Invalid("A password must not be the name that it goes with.")
    return password


class Passwords:
    """Hashes passwords and compares them with hashes, one at a time, for the event loop that it is used on."""

    def __init__(self, time_cost: int = TIME_COST, memory_kib: int = MEMORY_KIB) -> None:
        self._hasher = argon2.PasswordHasher(
            time_cost=time_cost, memory_cost=memory_kib, parallelism=1, hash_len=_HASH_BYTES, salt_len=_SALT_BYTES
        )
        self._executor = concurrent.futures.ThreadPoolExecutor(1, "passwords")
        self._turns = Turns()

    async def hash(self, password: str, place: Place = ANYWHERE) -> str:
        """What is stored of a password: its argon2id hash, with salt and parameters.

        Raises:
            Unavailable: too many wait already, or the turn did not come in time.
        """
        return await self._in_turn(place, self._hash, _bytes_of(password))

    async def matches(self, stored: str | None, password: str, place: Place = ANYWHERE) -> bool:
        """Whether a password is the one behind a stored hash; without a hash, a no that costs the same work.

        Raises:
            Unavailable: too many wait already, or the turn did not come in time.
            Exception: whatever `place.at_turn` raises, before anything is compared.
        """
        against = stored if stored and len(password) <= MAX_LENGTH else self.nobodys_hash()
        return await self._in_turn(place, self._verify, against, _bytes_of(password[:MAX_LENGTH]))

    def nobodys_hash(self) -> str:
        """A hash that no known password has, with the parameters of a real one: to refuse by it takes as long."""
        salt, digest = (
            base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (_SALT_BYTES, _HASH_BYTES)
        )
        parameters = f"m={self._hasher.memory_cost},t={self._hasher.time_cost},p=1"
        return f"$argon2id$v={argon2.low_level.ARGON2_VERSION}${parameters}${salt}${digest}"

    def close(self) -> None:
        """Lets the thread end after the hash it is at."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def _in_turn(self, place: Place, work: Callable[..., _Answer], *arguments: str | bytes) -> _Answer:
        async with self._turns.turn(place):
            return await asyncio.get_running_loop().run_in_executor(self._executor, work, *arguments)

    def _hash(self, password: bytes) -> str:
        return self._hasher.hash(password)

    def _verify(self, stored: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except argon2.exceptions.VerifyMismatchError:
            return False


def _bytes_of(password: str) -> bytes:
    # One spelling of what keyboards send in two (RFC 8265); the surrogates that no real password holds must not fail.
    return unicodedata.normalize("NFC", password).encode(errors="surrogatepass")
