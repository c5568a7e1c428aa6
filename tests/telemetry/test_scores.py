"""Reading scores: current values, versions, names."""

import datetime as dt

from helicorder.model.score import ScoreKind
from helicorder.telemetry import scores
from helicorder.telemetry.scores import Judgement, Named
from telemetry.harness import NOON, ORG, Store, load, score


async def current(store: Store, *request_ids: str) -> dict[str, dict[str, Judgement]]:
    """The current scores of requests by name."""
    found = await scores.of_requests(store.telemetry, ORG, request_ids)
    return {request_id: {one.name: one for one in reversed(said)} for request_id, said in found.items()}


async def kept(store: Store, request_id: str) -> dict[str, list[float]]:
    """The values of every version of a request's scores, by name."""
    found: dict[str, list[float]] = {}
    for one in await scores.versions_of_request(store.telemetry, ORG, request_id):
        found.setdefault(one.name, []).append(one.value)
    return found


async def test_the_newest_version_is_the_current_value(store: Store) -> None:
    """The current value is the version that was acknowledged last, whatever the clock said, and whole."""
    await store.load(score("r", "quality", 0.5, 10))
    await store.load(score("r", "quality", value=True, minutes=5))
    found = await current(store, "r", "unknown")
    assert list(found) == ["r"]
    judged = found["r"]["quality"]
    assert (judged.kind, judged.value, judged.version) == (ScoreKind.BOOLEAN, 1.0, 2)
    assert judged.judged_at == NOON + dt.timedelta(minutes=5)


async def test_versions_in_one_batch_all_count(store: Store) -> None:
    """A score given twice within one batch keeps both versions, and the later is current."""
    await store.load(score("r", "quality", 1), score("r", "quality", 2), score("r", "other", 3))
    assert (await kept(store, "r"))["quality"] == [1, 2]
    found = await current(store, "r")
    assert {name: one.value for name, one in found["r"].items()} == {"quality": 2, "other": 3}


async def test_versions_are_kept_in_order_and_replays_add_none(store: Store) -> None:
    """Every version is there once, oldest first, however often it was loaded; of one name where one is asked for."""
    batches = [await store.load(score("r", "quality", value), score("r", "other", -value)) for value in (1, 2, 3)]
    for batch in reversed(batches):
        await load(store.telemetry, batch)
    assert await kept(store, "r") == {"quality": [1, 2, 3], "other": [-1, -2, -3]}
    assert (await current(store, "r"))["r"]["quality"].value == 3


async def test_an_older_version_that_comes_late_does_not_win(store: Store) -> None:
    """Batches may be loaded in any order: the greatest version stays current."""
    late, newer = (await store.load(score("x", "n", 0), score("r", "quality", 2)))[:2]
    await load(store.telemetry, [type(late)(0, score("r", "quality", 1))])
    assert (await current(store, "r"))["r"]["quality"].version == newer.version
    assert (await kept(store, "r"))["quality"] == [1, 2]


async def test_names_are_all_that_there_have_been_with_a_bound(store: Store) -> None:
    """Every name is listed once for each kind it has had, with a power of ten that bounds its values."""
    await store.load(
        score("r1", "b", 0.5), score("r2", "b", value=False), score("r1", "a", -70.0), score("r1", "it's", 0)
    )
    await store.load(score("r1", "a", 0.5), score("r1", "b", 3.0))
    assert await scores.names(store.telemetry, ORG) == [
        Named("a", ScoreKind.NUMERIC, 100.0),
        Named("b", ScoreKind.BOOLEAN, 0.0),
        Named("b", ScoreKind.NUMERIC, 10.0),
        Named("it's", ScoreKind.NUMERIC, 0.0),
    ]


async def test_no_requests_have_no_scores(store: Store) -> None:
    """Asking for the scores of nothing is nothing, not everything."""
    await store.load(score("r", "quality", 1))
    assert await scores.of_requests(store.telemetry, ORG, []) == {}
    assert await scores.versions(store.telemetry, ORG, "unknown") == []


async def test_doubles_come_back_to_the_last_bit(store: Store) -> None:
    """The smallest, the largest and the negative zero come back as they were."""
    values = (5e-324, 1.7976931348623157e308, -0.0, 0.1, 2**53 + 2.0)
    await store.load(*(score(f"r{number}", "q", value) for number, value in enumerate(values)))
    found = await current(store, *(f"r{number}" for number in range(len(values))))
    assert [found[f"r{number}"]["q"].value.hex() for number in range(len(values))] == [value.hex() for value in values]
