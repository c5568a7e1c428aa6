"""How failures are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from helicorder.control import attempts as module
from helicorder.control.attempts import Attempts

if TYPE_CHECKING:
    from control.conftest import Clock


def test_some_may_fail_at_once_and_then_one_in_a_while(clock: Clock) -> None:
    """So many failures pass without a wait, then one for each period; another subject is not held back."""
    attempts = Attempts(3, 10.0, clock)
    for _ in range(3):
        assert attempts.wait("ada") == 0
        attempts.count("ada")
    assert attempts.wait("ada") == 10.0
    assert attempts.wait("bob") == 0
    clock.now += 9.5
    assert attempts.wait("ada") == 0.5
    clock.now += 0.5
    assert attempts.wait("ada") == 0
    attempts.count("ada")
    assert attempts.wait("ada") == 10.0
    clock.now += 1_000
    assert attempts.wait("ada") == 0


def test_what_is_forgiven_was_never_counted(clock: Clock) -> None:
    """An attempt that turned out right leaves nothing behind, not even a trace in memory."""
    attempts = Attempts(1, 10.0, clock)
    attempts.count("ada")
    assert attempts.wait("ada") > 0
    attempts.forgive("ada")
    assert attempts.wait("ada") == 0
    assert attempts._paid_until == {}


def test_memory_is_bounded(clock: Clock) -> None:
    """A flood of subjects, however long their names, makes those forgotten that are nearest to being free, no more."""
    attempts = Attempts(1, 10.0, clock)
    attempts.count("first" * 1000)
    clock.now += 1
    for number in range(module.MAX_SUBJECTS):
        attempts.count(f"subject {number}" * 100)
        clock.now += 0.0001
    assert module.MAX_SUBJECTS // 2 < len(attempts._paid_until) <= module.MAX_SUBJECTS
    assert attempts.wait("first" * 1000) == 0
    assert attempts.wait(f"subject {module.MAX_SUBJECTS - 1}" * 100) > 0
    assert {len(key) for key in attempts._paid_until} == {16}


def test_a_flood_of_subjects_hides_nobody_who_failed_often(clock: Clock) -> None:
    """A subject that failed often is not forgotten when others, each with fewer failures, fill the memory after it."""
    attempts = Attempts(3, 1000.0, clock)
    for _ in range(3):
        attempts.count("ada")
    for number in range(2 * module.MAX_SUBJECTS):
        attempts.count(f"subject {number}")
    assert attempts.wait("ada") == 1000.0


steps = st.lists(
    st.one_of(
        st.tuples(st.just("try"), st.sampled_from("ab"), st.booleans()),
        st.tuples(st.just("pass"), st.floats(0, 30), st.none()),
    ),
    max_size=60,
)


@given(steps, st.integers(1, 5), st.floats(1, 20))
def test_no_order_of_events_lets_more_fail_than_allowed(
    taken: list[tuple[str, object, bool | None]], at_once: int, seconds_each: float
) -> None:
    """In any stretch of time no more fail than may at once, and one for each period in it; the innocent never wait."""
    now = 100.0
    attempts = Attempts(at_once, seconds_each, lambda: now)
    failures: dict[object, list[float]] = {"a": [], "b": []}
    for step, argument, fails in taken:
        if step == "pass":
            assert isinstance(argument, float)
            now += argument
            continue
        waits = attempts.wait(str(argument))
        assert not waits or failures[argument]
        if waits:
            continue
        attempts.count(str(argument))
        if fails:
            failures[argument].append(now)
        else:
            attempts.forgive(str(argument))
    for times in failures.values():
        for index, began in enumerate(times):
            for number, at in enumerate(times[index:], 1):
                assert number <= at_once + (at - began) / seconds_each + 1e-6
