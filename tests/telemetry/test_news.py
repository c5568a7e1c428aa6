"""What was loaded between two versions, for several filters at once."""

from helicorder.model.filter import Everything, Field, FieldIs, Filter, IsScored, Operator, PropertyIs
from helicorder.telemetry.news import News, news
from telemetry.harness import ORG, Store, call, edit, load, score

ALL = Everything()
ERRORS = FieldIs(Field.STATUS, Operator.EQUALS, 500)


def told(found: News, number: int = 0) -> list[str]:
    """The ids of the new calls that a filter takes."""
    return [one.row.request_id for one in found.calls if one.takes[number]]


async def test_each_filter_takes_its_own(store: Store) -> None:
    """Of what is new, every filter is told what it takes and nothing else, oldest first, with all that is known."""
    await store.load(call("before", status=500))
    first, *_, last = await store.load(
        edit("c", "env", "prod"), call("a"), call("b", status=500), call("c", -9), score("a", "q", 0.5)
    )
    wanted: list[Filter] = [ALL, ERRORS, PropertyIs("env", Operator.EQUALS, "prod"), IsScored(scored=True)]
    found = await news(store.telemetry, ORG, wanted, first.version - 1, last.version, 10)
    assert [told(found, number) for number in range(4)] == [["a", "b", "c"], ["b"], ["c"], ["a"]]
    assert [one.version for one in found.calls] == sorted(one.version for one in found.calls)
    assert found.calls[0].row.scores["q"].value == 0.5
    assert found.calls[2].row.properties == {"env": "prod"}
    [scored] = found.scores
    assert (scored.judgement.target_id, scored.takes) == ("a", [True, False, False, True])
    assert (found.calls_left_out, found.scores_left_out) == ([0] * 4, 0)


async def test_the_bounds_are_kept(store: Store) -> None:
    """The earlier bound is not told again, the later one is; another organisation's news is nobody else's."""
    batch = await store.load(*(call(f"r{number}") for number in range(4)), call("theirs", org_id="other"))
    versions = [stamped.version for stamped in batch]
    found = await news(store.telemetry, ORG, [ALL], versions[0], versions[2], 10)
    assert told(found) == ["r1", "r2"]
    assert told(await news(store.telemetry, "other", [ALL], 0, versions[-1], 10)) == ["theirs"]
    assert told(await news(store.telemetry, ORG, [ALL], versions[-1], versions[-1] + 9, 10)) == []


async def test_of_too_much_the_newest_is_told_and_the_rest_counted(store: Store) -> None:
    """Beyond the limit the newest are told, and how many others each filter would have taken."""
    batch = await store.load(
        *(call(f"r{number}", status=500 if number % 2 else 200) for number in range(10)),
        *(score("r0", f"s{number}", number) for number in range(7)),
    )
    found = await news(store.telemetry, ORG, [ALL, ERRORS], 0, batch[-1].version, 4)
    assert told(found) == ["r6", "r7", "r8", "r9"]
    assert found.calls_left_out == [6, 3]
    assert [one.judgement.name for one in found.scores] == ["s3", "s4", "s5", "s6"]
    assert found.scores_left_out == 3


async def test_a_batch_loaded_again_is_told_once(store: Store) -> None:
    """Repetitions of a load are one call and one score; a call that was recorded anew is told as it is now."""
    batch = await store.load(call("r", model="old"), score("r", "q", 1.0))
    await load(store.telemetry, batch)
    await store.load(call("r", model="new"))
    found = await news(store.telemetry, ORG, [ALL], 0, batch[-1].version + 9, 10)
    assert [(one.row.request_id, one.row.model) for one in found.calls] == [("r", "new")]
    assert [one.judgement.name for one in found.scores] == ["q"]
    cut = await news(store.telemetry, ORG, [ALL], 0, batch[-1].version + 9, 0)
    assert (cut.calls_left_out, cut.scores_left_out) == ([1], 1)


async def test_a_score_before_its_call_is_for_those_who_want_everything(store: Store) -> None:
    """A score whose call has not come is told to a filter that takes everything, and to no other."""
    batch = await store.load(score("early", "q", 1.0))
    [scored] = (await news(store.telemetry, ORG, [ALL, ERRORS], 0, batch[-1].version, 10)).scores
    assert scored.takes == [True, False]
