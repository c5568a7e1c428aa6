"""Reading scores: current values, versions, names."""

import datetime as dt

from helicorder.model.score import ScoreKind
from helicorder.telemetry import scores
from telemetry.harness import load
from telemetry.harness import NOON, ORG, Store, score


async def test_the_newest_version_is_the_current_value(store: Store) -> None:
    """The current value is the version that was acknowledged last, whatever the clock said, and whole."""
    await store.load(score("r", "quality", 0.5, 10))
    await store.load(score("r", "quality", value=True, minutes=5))
    current = await scores.of_requests(store.telemetry, ORG, ["r", "unknown"])
    assert list(current) == ["r"]
    judged = current["r"]["quality"]
    assert (judged.kind, judged.value, judged.version) == (ScoreKind.BOOLEAN, 1.0, 2)
    assert judged.judged_at == NOON + dt.timedelta(minutes=5)


async def test_versions_in_one_batch_all_count(store: Store) -> None:
    """A score given twice within one batch keeps both versions, and the later is current."""
    await store.load(score("r", "quality", 1), score("r", "quality", 2), score("r", "other", 3))
    assert [one.value for one in (await scores.versions(store.telemetry, ORG, "r"))["quality"]] == [1, 2]
    current = await scores.of_requests(store.telemetry, ORG, ["r"])
    assert {name: one.value for name, one in current["r"].items()} == {"quality": 2, "other": 3}


async def test_versions_are_kept_in_order_and_replays_add_none(store: Store) -> None:
    """Every version is there once, oldest first, however often it was loaded; of one name where one is asked for."""
    batches = [await store.load(score("r", "quality", value), score("r", "other", -value)) for value in (1, 2, 3)]
    for batch in reversed(batches):
        await load(store.telemetry, batch)
    kept = await scores.versions(store.telemetry, ORG, "r")
    assert {name: [one.value for one in versions] for name, versions in kept.items()} == {
        "quality": [1, 2, 3],
        "other": [-1, -2, -3],
    }
    assert await scores.versions(store.telemetry, ORG, "r", "quality") == {"quality": kept["quality"]}
    assert (await scores.of_requests(store.telemetry, ORG, ["r"]))["r"]["quality"].value == 3


async def test_an_older_version_that_comes_late_does_not_win(store: Store) -> None:
    """Batches may be loaded in any order: the greatest version stays current."""
    late, newer = (await store.load(score("x", "n", 0), score("r", "quality", 2)))[:2]
    await load(store.telemetry, [type(late)(0, score("r", "quality", 1))])
    assert (await scores.of_requests(store.telemetry, ORG, ["r"]))["r"]["quality"].version == newer.version
    assert [one.value for one in (await scores.versions(store.telemetry, ORG, "r"))["quality"]] == [1, 2]


async def test_names_are_those_of_current_scores(store: Store) -> None:
    """Every name is listed once for each kind that a current value of it has; a kind that was replaced is gone."""
    await store.load(
        score("r1", "b", 0.5), score("r2", "b", value=False), score("r1", "a", value=True), score("r1", "it's", 1)
    )
    await store.load(score("r1", "a", 0.5))
    assert await scores.names(store.telemetry, ORG) == [
        ("a", ScoreKind.NUMERIC),
        ("b", ScoreKind.BOOLEAN),
        ("b", ScoreKind.NUMERIC),
        ("it's", ScoreKind.NUMERIC),
    ]


async def test_no_requests_have_no_scores(store: Store) -> None:
    """Asking for the scores of nothing is nothing, not everything."""
    await store.load(score("r", "quality", 1))
    assert await scores.of_requests(store.telemetry, ORG, []) == {}
    assert await scores.versions(store.telemetry, ORG, "unknown") == {}


async def test_doubles_come_back_to_the_last_bit(store: Store) -> None:
    """The smallest, the largest and the negative zero come back as they were."""
    values = (5e-324, 1.7976931348623157e308, -0.0, 0.1, 2**53 + 2.0)
    await store.load(*(score(f"r{number}", "q", value) for number, value in enumerate(values)))
    found = await scores.of_requests(store.telemetry, ORG, [f"r{number}" for number in range(len(values))])
    assert [found[f"r{number}"]["q"].value.hex() for number in range(len(values))] == [value.hex() for value in values]
