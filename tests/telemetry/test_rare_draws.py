"""Items that were drawn with tiny probabilities weigh much: sums have room for them, and no read fails."""

import datetime as dt
import decimal
from collections.abc import Sequence
from fractions import Fraction

import msgspec
import pytest

from helicorder.api.estimates import cell_of, estimate_of, number_of
from helicorder.model.call import Call
from helicorder.model.filter import Field, FieldIs, Operator
from helicorder.model.score import SMALLEST_INCLUSION, Score, ScoreKind, Source
from helicorder.model.window import Window
from helicorder.telemetry import cells, comparison, distribution, judges, raters, series
from helicorder.telemetry.axis import Clock
from helicorder.telemetry.comparison import Comparison, Segment
from helicorder.telemetry.judges import Judging
from helicorder.telemetry.raters import Rater
from helicorder.telemetry.series import Question
from helicorder.wire.answers import Number
from telemetry.harness import NOON, ORG, Store, call, score

DAY = Window(NOON, NOON + dt.timedelta(days=1))
HALVES = (Window(NOON, NOON + dt.timedelta(minutes=200)), Window(NOON + dt.timedelta(minutes=200), DAY.end))
OF_MODEL = {model: FieldIs(Field.MODEL, Operator.EQUALS, model) for model in "ab"}
COUNT = 400
"""Rows: with twelve digits more for each value and each weight, two hundred would be more than 128 bits hold."""
CHANCES = {
    "at the bound": (SMALLEST_INCLUSION,),
    "at the bound and above": (SMALLEST_INCLUSION, 0.5, 1.0),
    "stored by an earlier version": (1e-40, 5e-324, 1e-300, 0.5),
}
VALUES = {"tiny": 1e-300, "usual": 3.0, "beyond": 1e308}


class Rare(msgspec.Struct, frozen=True):
    """Scored calls, each drawn with one of some chances, and the question about them."""

    calls: list[Call]
    said: list[Score]
    asked: Question

    @property
    def weights(self) -> list[Fraction]:
        """What each stands for, on the grid of weights."""
        return [Fraction(round(1 / max(one.inclusion, SMALLEST_INCLUSION) * 1e9), 10**9) for one in self.said]

    @property
    def mean(self) -> float:
        """The weighted mean of the values, as far as sums tell them apart."""
        seen = [Fraction(min(one.value, 1e15)) for one in self.said]
        return float(sum(w * x for w, x in zip(self.weights, seen, strict=True)) / sum(self.weights))


def rare(chances: Sequence[float], largest: float) -> Rare:
    """As many calls of two models, as dear and slow as calls can be, with scores up to a value."""
    dear = {"latency_ms": 2**53 - 1, "cost_usd": decimal.Decimal("999999.999999999999")}
    made = [call(f"r{number}", number, model="ab"[number % 2], **dear) for number in range(COUNT)]
    said = [
        msgspec.structs.replace(
            score(f"r{number}", "q", largest * ((number % 5) / 4), number),
            inclusion=chances[number % len(chances)], source=Source.MODEL,
        )
        for number in range(COUNT)
    ]  # fmt: skip
    return Rare(made, said, Question(org_id=ORG, name="q", kind=ScoreKind.NUMERIC, largest=largest))


@pytest.fixture(params=[(chances, largest) for chances in CHANCES for largest in VALUES], ids=" ".join)
async def drawn(request: pytest.FixtureRequest, store: Store) -> Rare:
    """Each set of chances with each size of values, stored; people judged every other one."""
    chances, largest = request.param
    made = rare(CHANCES[chances], VALUES[largest])
    people = [
        msgspec.structs.replace(one, source=Source.HUMAN, author=author, score_id=author + one.target_id)
        for one in made.said[::2] for author in ("ana", "ben")
    ]  # fmt: skip
    await store.load(*made.calls, *made.said, *people)
    return made


def judged(made: Rare) -> Question:
    """The question about what the judge said."""
    return msgspec.structs.replace(made.asked, sources=("model",))


async def test_means_are_those_of_the_weights(store: Store, drawn: Rare) -> None:
    """The mean of a series is the weighted one, within its interval where it has one, and what was cut is named."""
    found = (await series.by_segment(store.telemetry, judged(drawn), DAY, Clock.REQUESTED))[()]
    assert found.n == COUNT
    assert float(found.weighted / found.weight) == pytest.approx(drawn.mean, rel=1e-9)
    assert found.weight == sum(drawn.weights)
    estimated = estimate_of(found, ScoreKind.NUMERIC)
    assert estimated.mean == pytest.approx(drawn.mean, rel=1e-9)
    if estimated.low is not None:
        assert estimated.mean is not None
        assert estimated.high is not None
        assert estimated.low <= estimated.mean <= estimated.high
    warning = number_of(Number, found, ScoreKind.NUMERIC).warning or ""
    assert ("count as" in warning) == (max(one.value for one in drawn.said) > 1e15 or found.rarest < SMALLEST_INCLUSION)
    assert cell_of(found).is_evenly_weighted == (len(set(drawn.weights)) == 1)


async def test_quantiles_are_those_of_the_weights(store: Store, drawn: Rare) -> None:
    """Values at shares of the weight, and the shares below them, do not overflow."""
    values = distribution.Values(
        judged(drawn), DAY, Clock.REQUESTED, weighted=True, n=COUNT, rarest=min(one.inclusion for one in drawn.said)
    )
    at = await distribution.values_at_shares(store.telemetry, values, [0.1, 0.5, 0.9])
    pairs = sorted(zip([one.value for one in drawn.said], drawn.weights, strict=True))
    for share, value in at.items():
        below, up_to = sum(w for x, w in pairs if x < value), sum(w for x, w in pairs if x <= value)
        assert below <= Fraction(share) * sum(drawn.weights) * Fraction(1 + 1e-6)
        assert up_to >= Fraction(share) * sum(drawn.weights) * Fraction(1 - 1e-6)
    [part] = await distribution.below(store.telemetry, values, [at[0.5]])
    assert part.weight == sum(w for x, w in pairs if x <= at[0.5])
    assert part.squares <= part.cross


async def test_differences_are_those_of_the_weights(store: Store, drawn: Rare) -> None:
    """Both sides of a comparison have their weighted means of score, cost and latency; cells add up to the same."""
    a, b = (Segment(OF_MODEL[model], DAY) for model in "ab")
    compared = Comparison(asked=judged(drawn), a=a, b=b, clock=Clock.REQUESTED)
    two = (await comparison.two_segments(store.telemetry, compared))[()]
    for arm, of in ((two.metrics["score"].a, 0), (two.metrics["score"].b, 1)):
        said = list(zip(drawn.said, drawn.weights, strict=True))[of::2]
        total = sum(w * Fraction(min(one.value, 1e15)) for one, w in said)
        assert float(arm.total / arm.weight) == pytest.approx(float(total / sum(w for _, w in said)), rel=1e-9)
    cost, latency = two.metrics["cost"].a, two.metrics["latency"].a
    assert float(cost.total / cost.weight) == pytest.approx(1e6)
    assert float(latency.total / latency.weight) == pytest.approx(1e12)
    assert all(gram[i][i] >= 0 for gram in (metric.products for metric in two.metrics.values()) for i in range(4))
    change = cells.Change(judged(drawn), *HALVES, Clock.REQUESTED)
    found = await cells.cells(store.telemetry, change, ["model"], values=5, blocks=5)
    assert sum(one.weight or 0 for one in found) == sum(drawn.weights)
    assert float(sum(one.total for one in found) / sum(drawn.weights)) == pytest.approx(drawn.mean, rel=1e-9)


async def test_judges_and_raters_have_room(store: Store, drawn: Rare) -> None:
    """What a judge and people say of the same rare things sums up, with the weights of both draws."""
    judge, human = Rater("q", ("model",)), Rater("q", ("human",))
    judging = Judging(drawn.asked, DAY, judge, human)
    whole = await judges.whole(store.telemetry, judging)
    assert whole is not None
    weight, weighted = whole.totals[:2]
    assert float(weight) == pytest.approx(float(sum(drawn.weights)))
    assert float(weighted / weight) == pytest.approx(drawn.mean, rel=1e-9)
    assert all(whole.products[i][i] >= 0 for i in range(len(whole.totals)))
    panel = raters.Panel(drawn.asked, DAY, Clock.REQUESTED)
    two = raters.Two(panel, judge, Rater("q", (), ("ana",)))
    about = await raters.about_two(store.telemetry, two)
    assert (about.n, about.low >= SMALLEST_INCLUSION) == (COUNT // 2, True)
    for sums in (await raters.sums_of_two(store.telemetry, two, about),
                 await raters.ranks_of_two(store.telemetry, two, about)):  # fmt: skip
        assert sum(one.n for one in sums) == COUNT // 2
        assert all(0 <= one.x**2 <= one.weight * one.xx for one in sums if one.x >= 0)
        assert all(one.xx >= 0 <= one.yy for one in sums)
    assert await raters.patterns(store.telemetry, panel, [judge, human])
    assert await raters.deviations(store.telemetry, panel, [judge, human])
