"""The line before a listener: in order, bounded, and honest about what is left out."""

import asyncio

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from helicorder.api.live_events import LiveGap
from helicorder.api.tail import MAX_WAITING, MAX_WAITING_BYTES, Listener, grouped
from helicorder.model.filter import Both, Everything, Field, FieldIs, Filter, Operator
from helicorder.telemetry.sql.conditions import MAX_CONDITIONS

CALL, SCORE = LiveGap(1, 0), LiveGap(0, 1)
PATIENCE = 0.01


def listener() -> Listener:
    """Somebody who listens to everything."""
    return Listener(Everything(), 0, previews=True)


def left_out(told: bytes) -> LiveGap | None:
    """What a gap says; None for any other event."""
    lines = told.decode().split("\n")
    return msgspec.json.decode(lines[2].removeprefix("data: "), type=LiveGap) if lines[0] == "event: gap" else None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["call", "score", "read"]), st.integers(1, 400)), max_size=30))
async def test_what_is_told_and_what_is_left_out_are_all_there_was(steps: list[tuple[str, int]]) -> None:
    """However events and readings come, each event is told once, in order, or counted in the gap at its place."""
    one = listener()
    sent: list[LiveGap] = []
    read: list[bytes] = []
    for step, count in [*steps, ("read", 10**6)]:
        for _ in range(count):
            if step != "read":
                one.tell(len(sent), b"%d" % len(sent), CALL if step == "call" else SCORE)
                sent.append(CALL if step == "call" else SCORE)
            elif (told := await one.told(0)) is None or told.startswith(b":"):
                break
            else:
                read.append(told)
    place = 0
    for told in read:
        gap = left_out(told)
        if gap is None:
            assert told == b"%d" % place
            place += 1
        else:
            missed = sent[place : place + gap.calls + gap.scores]
            assert LiveGap(missed.count(CALL), missed.count(SCORE)) == gap
            place += len(missed)
    assert place == len(sent)


async def test_a_line_is_bounded_in_number_and_bytes() -> None:
    """Nobody who reads slowly makes the server hold more than so many events, or so many bytes."""
    many, large = listener(), listener()
    for number in range(2 * MAX_WAITING):
        many.tell(number, b"x", CALL)
        large.tell(number, b"x" * (MAX_WAITING_BYTES // 4), CALL)
    for one, kept in ((many, MAX_WAITING), (large, 4)):
        told = [await one.told(0) for _ in range(kept + 1)]
        assert left_out(told[-1] or b"") == LiveGap(2 * MAX_WAITING - kept, 0)
        assert (await one.told(0) or b"").startswith(b":")


async def test_one_event_of_any_size_is_told() -> None:
    """An event that is larger than the line is told when nothing else waits."""
    one = listener()
    one.tell(1, b"x" * (2 * MAX_WAITING_BYTES), CALL)
    assert len(await one.told(0) or b"") == 2 * MAX_WAITING_BYTES


async def test_silence_is_broken_by_a_comment_with_the_mark() -> None:
    """Where nothing is new a comment comes after the patience, with where to go on; an event comes at once."""
    one = listener()
    one.mark = 7
    assert await one.told(PATIENCE) == b": still here\nid: 7\n\n"
    asking = asyncio.create_task(one.told(60))
    await asyncio.sleep(0)
    one.tell(8, b"new", CALL)
    assert await asking == b"new"


async def test_closing_ends_whoever_waits() -> None:
    """A listener that is closed is told nothing more, also while it waits."""
    one = listener()
    asking = asyncio.create_task(one.told(60))
    await asyncio.sleep(0)
    one.tell(1, b"late", CALL)
    one.close()
    await asking
    assert await one.told(60) is None


def some(conditions: int) -> Filter:
    """A filter of so many conditions."""
    wanted: Filter = Everything()
    for number in range(conditions):
        wanted = Both(wanted, FieldIs(Field.STATUS, Operator.EQUALS, number))
    return wanted


def test_filters_share_statements_as_far_as_they_fit() -> None:
    """Filters are put into one statement up to what it takes, and into the next from there on, none left out."""
    listeners = [Listener(some(size), 0, previews=True) for size in (60, 40, 1, 0, 99, 100, 0)]
    groups = grouped(listeners)
    assert [one for group in groups for one in group] == listeners
    assert [len(group) for group in groups] == [2, 3, 2]
    assert MAX_CONDITIONS == 100
