"""Passwords: their rules, their hashes, and what many sign-ins at once may cost."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
import unicodedata
from collections.abc import Iterator

import argon2
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.control import passwords as module
from helicorder.control import turns
from helicorder.control.passwords import Passwords, checked_password, new_password
from helicorder.errors import Invalid, Unavailable

RIGHT = "correct horse battery staple"
printable = st.text(st.characters(blacklist_categories=["Cc", "Cs"]), min_size=12, max_size=256)


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    """The real thing, with the real cost."""
    made = Passwords()
    yield made
    made.close()


def test_made_passwords_are_long_random_and_allowed() -> None:
    """A password made here is four groups of five base32 characters, different every time, and fit to be one."""
    made = {new_password() for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch(r"[a-z2-7]{5}(-[a-z2-7]{5}){3}", password) for password in made)
    assert all(checked_password(password, "ada") == password for password in made)


@given(printable)
def test_any_long_enough_text_is_a_password(password: str) -> None:
    """Twelve to 256 characters of any script are allowed, and kept as they are."""
    assert checked_password(password, "ada") == password


@pytest.mark.parametrize(
    "password",
    ["", "short", "eleven char", "x" * 257, "has a\nnewline in it", "lone surrogate \ud800", "Ada@Example.ORG"],
)
def test_what_cannot_be_a_password_is_refused_and_not_repeated(password: str) -> None:
    """Too short, too long, with control characters, or the name itself: refused by a sentence without it."""
    with pytest.raises(Invalid) as refusal:
        checked_password(password, "ada@example.org")
    assert not password or password not in refusal.value.message


async def test_a_hash_is_of_its_password_alone(passwords: Passwords) -> None:
    """A hash is argon2id with salt, 64 MiB and three passes; it matches its password and no other."""
    first, second = await passwords.hash(RIGHT), await passwords.hash(RIGHT)
    assert first != second
    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert await passwords.matches(first, RIGHT)
    assert not await passwords.matches(first, RIGHT + " ")
    assert not await passwords.matches(None, RIGHT)
    assert not await passwords.matches("", RIGHT)


async def test_both_spellings_of_a_letter_are_one_password() -> None:
    """A password typed on a keyboard that composes its accents otherwise is the same password."""
    cheap = Passwords(1, 8)
    composed, apart = (unicodedata.normalize(form, "pâté et crème brûlée") for form in ("NFC", "NFD"))
    assert composed != apart
    assert await cheap.matches(await cheap.hash(composed), apart)
    cheap.close()


@given(st.text())
async def test_any_text_can_be_compared(password: str) -> None:
    """Whatever text is presented as a password, comparing it is a no and never fails."""
    cheap = Passwords(1, 8)
    stored = await cheap.hash(RIGHT)
    assert await cheap.matches(stored, password) is (unicodedata.normalize("NFC", password) == RIGHT)
    assert not await cheap.matches(stored, RIGHT + password + "x" * 300)
    cheap.close()


def test_the_hash_of_nobody_has_the_cost_of_a_real_one(passwords: Passwords) -> None:
    """What stands in for the hash of an unknown name has the parameters of a stored one, and is another every time."""
    dummy = passwords.nobodys_hash()
    assert argon2.extract_parameters(dummy) == argon2.extract_parameters(passwords._hasher.hash(RIGHT))
    assert dummy != passwords.nobodys_hash()


@pytest.mark.timed
async def test_an_unknown_name_takes_as_long_as_a_wrong_password(passwords: Passwords) -> None:
    """Refusing without a hash takes as long as refusing by one: of turns taken, neither median is twice the other."""
    stored = await passwords.hash(RIGHT)
    taken: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(14):
        known = turn % 2 == 0
        began = time.perf_counter()
        await passwords.matches(stored if known else None, "wrong password")
        taken[known].append(time.perf_counter() - began)
    known_median, unknown_median = statistics.median(taken[True]), statistics.median(taken[False])
    assert 0.5 < known_median / unknown_median < 2


@pytest.mark.timed
async def test_a_flood_is_bounded_in_memory_and_in_number(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many sign in at once, one hash is made at a time, a fixed number wait, the rest are to come again."""
    monkeypatch.setattr(turns, "MAX_WAITING", 15)
    process = psutil.Process()
    before = process.memory_info().rss
    flood = [asyncio.create_task(passwords.matches(None, "wrong")) for _ in range(100)]
    most = rounds = 0
    while not all(task.done() for task in flood):
        most = max(most, process.memory_info().rss - before)
        rounds += 1
        await asyncio.sleep(0.005)
    outcomes = await asyncio.gather(*flood, return_exceptions=True)
    assert outcomes.count(False) == 16
    assert sum(isinstance(outcome, Unavailable) for outcome in outcomes) == 84
    assert rounds > 4 * 16, "the event loop waited for the hashes"
    assert most < 2 * module.MEMORY_KIB * 1024
    assert not await passwords.matches(None, "wrong"), "those who come later are served again"


async def test_a_caller_that_gives_up_makes_room_for_another() -> None:
    """A cancelled comparison that had not begun is not made, and one that had ends by itself."""
    slow = Passwords(5, module.MEMORY_KIB)
    waiting = [asyncio.create_task(slow.matches(None, "wrong")) for _ in range(16)]
    await asyncio.sleep(0.05)
    assert slow._turns.waiting == 15
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    assert (slow._turns.waiting, slow._turns._busy) == (0, False)
    slow.close()
