"""Calls to label: draws of them, and what people have said, read from a real store."""

import datetime as dt

from helicorder.model.filter import Everything, Field, FieldIs, Operator
from helicorder.model.score import Score, ScoreKind, Source
from helicorder.model.window import Window
from helicorder.telemetry import labels
from helicorder.telemetry.judges import Judging
from helicorder.telemetry.labels import Calls, JudgedCalls, Size
from helicorder.telemetry.raters import Rater
from helicorder.telemetry.series import Question
from telemetry.harness import NOON, ORG, Store, call, score

HOUR = Window(NOON, NOON + dt.timedelta(hours=1))


def of_human(request_id: str, name: str, author: str = "ana", **fields: object) -> Score:
    """A person's yes to a request."""
    given = {"inclusion": 0.5} | fields
    return Score(ORG, request_id, name, ScoreKind.BOOLEAN, 1.0, NOON, Source.HUMAN, author, **given)  # type: ignore[arg-type] # -- fields of many types


async def test_a_draw_takes_each_call_for_itself_and_the_same_again(store: Store) -> None:
    """What is drawn with a probability is part of what a greater one draws, all of it with 1, the same each time."""
    await store.load(*(call(f"r{number}", number / 10) for number in range(400)))
    await store.load(call("earlier", -1), call("later", 60), call("theirs", 1, org_id="org-b"))
    every = Calls(ORG, Everything(), HOUR, ("q",))
    assert await labels.size(store.telemetry, every) == Size(400, 0)
    some, more, others = [
        dict(await labels.evenly(store.telemetry, every, chance, seed))
        for chance, seed in ((0.2, 1), (0.5, 1), (0.2, 2))
    ]
    assert some == dict(await labels.evenly(store.telemetry, every, 0.2, 1))
    assert set(some) < set(more)
    assert 40 < len(some) < 120
    assert set(others) != set(some)
    assert dict(await labels.evenly(store.telemetry, every, 1.0, 1)) == {
        f"r{number}": NOON + dt.timedelta(seconds=6 * number) for number in range(400)
    }


async def test_what_people_have_labelled_is_left_out(store: Store) -> None:
    """A call is left out once people have given it every one of the scores, whoever did; a deleted score is none."""
    await store.load(*(call(one, number) for number, one in enumerate("abcde")), call("f", 6, status=500))
    await store.load(of_human("a", "q"), of_human("a", "ok", "ben"), of_human("b", "q"), score("c", "q", 1.0))
    await store.load(of_human("d", "q"), of_human("d", "ok"), of_human("d", "ok", deleted=True))
    fine = Calls(ORG, FieldIs(Field.STATUS, Operator.EQUALS, 200), HOUR, ("q", "ok"))
    assert await labels.size(store.telemetry, fine) == Size(4, 1)
    assert set(dict(await labels.evenly(store.telemetry, fine, 1.0, 7))) == {"b", "c", "d", "e"}


async def test_with_a_judge_what_it_judged_is_drawn(store: Store) -> None:
    """Calls that the judge did not judge are not drawn, nor those that people have judged."""
    await store.load(*(call(one, number) for number, one in enumerate("abc")))
    await store.load(*(Score(ORG, one, "q", ScoreKind.BOOLEAN, 1.0, NOON, Source.MODEL) for one in "ab"))
    await store.load(of_human("a", "q"))
    asked = Question(org_id=ORG, name=None, kind=None, largest=1.0)
    judged = JudgedCalls(Judging(asked, HOUR, Rater("q", ("model",)), Rater("q", ("human",))))
    assert await labels.size(store.telemetry, judged) == Size(1, 1)
    assert await labels.evenly(store.telemetry, judged, 1.0, 7) == [("b", NOON + dt.timedelta(minutes=1))]


async def test_what_people_say_is_read_as_it_is_now(store: Store) -> None:
    """Of each person and name the newest counts, deleted ones do not; calls that are there have their cluster."""
    await store.load(call("a", 1, session_id="s"), call("b", 2, session_id="s"), call("c", 3))
    await store.load(of_human("a", "q"), of_human("a", "q", "ben"), of_human("b", "q", "ben"), of_human("b", "other"))
    await store.load(of_human("b", "q", "ben", deleted=True), score("a", "q", 0.0), of_human("x", "q", inclusion=0.0))
    calls_at = [(one, NOON + dt.timedelta(minutes=at)) for one, at in (("a", 1), ("b", 2), ("c", 3), ("x", 4))]
    said, clusters = await labels.standing(store.telemetry, ORG, {"q"}, calls_at)
    assert {(one.request_id, one.author, one.said, one.inclusion) for one in said} == {
        ("a", "ana", "true", 0.5), ("a", "ben", "true", 0.5), ("x", "ana", "true", 0.0),
    }  # fmt: skip
    assert set(clusters) == {"a", "b", "c"}
    assert clusters["a"] == clusters["b"] != clusters["c"]
    assert await labels.standing(store.telemetry, "org-b", {"q"}, calls_at) == ([], {})
    assert await labels.standing(store.telemetry, ORG, {"q"}, []) == ([], {})
    assert await labels.newest(store.telemetry, ORG, ["a", "x"]) == {"a": NOON + dt.timedelta(minutes=1)}
