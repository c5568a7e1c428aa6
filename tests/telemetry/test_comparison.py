"""Two segments, cells and raters: what the engine sums is what Python counts."""

import datetime as dt
import random
from collections import Counter, defaultdict
from fractions import Fraction

import msgspec
import pytest

from helicorder.model.analysis import Covariate
from helicorder.model.call import Call
from helicorder.model.filter import Everything, Field, FieldIs, Operator
from helicorder.model.score import Score, ScoreKind, Source
from helicorder.model.window import Window
from helicorder.telemetry import cells, comparison, raters
from helicorder.telemetry.axis import Clock
from helicorder.telemetry.comparison import Comparison, Segment
from helicorder.telemetry.series import Question
from telemetry.harness import NOON, ORG, Store, call, score

DAY = Window(NOON, NOON + dt.timedelta(days=1))
ASKED = Question(org_id=ORG, name="q", kind=ScoreKind.NUMERIC, largest=10.0)


class Row(msgspec.Struct, frozen=True):
    """One scored call."""

    call: Call
    score: Score

    @property
    def value(self) -> Fraction:
        """The value as it is summed: exactly the decimals that were given."""
        return Fraction(str(self.score.value))

    @property
    def cluster(self) -> str:
        """What it hangs together with."""
        return self.call.session_id or self.call.user_id or self.call.request_id


def rows(count: int, seed: int) -> list[Row]:
    """Scored calls of two models, in sessions, of users and alone."""
    draw = random.Random(seed)  # noqa: S311 -- an example
    made = []
    for number in range(count):
        one = call(
            f"r{number}",
            number % 1440,
            model=draw.choice(["a", "b"]),
            session_id=draw.choice(["", f"s{number % 7}"]),
            user_id=draw.choice(["", f"u{number % 5}"]),
            latency_ms=draw.choice([None, draw.randrange(1000)]),
            properties={"lang": draw.choice(["en", "fr"])},
            request_body=f'{{"model": "m{number}", "messages": [{number % 40}]}}',
        )
        made.append(Row(one, score(f"r{number}", "q", round(draw.uniform(-5, 5), 3))))
    return made


def of_model(name: str) -> Segment:
    """The calls of one model."""
    return Segment(FieldIs(Field.MODEL, Operator.EQUALS, name), DAY)


def between(a: str = "a", b: str = "b", **options: object) -> Comparison:
    """Two models set against each other."""
    return Comparison(asked=ASKED, a=of_model(a), b=of_model(b), clock=Clock.REQUESTED, **options)  # type: ignore[arg-type] # -- options of many types


async def loaded(store: Store, made: list[Row]) -> None:
    """All in the store, scores first: they wait for their calls."""
    await store.load(*(row.score for row in made))
    await store.load(*(row.call for row in made))


async def test_sums_of_two_segments_are_those_of_their_rows(store: Store) -> None:
    """Per arm n, sums and products over clusters are exactly what adding them up by hand gives."""
    made = rows(200, 1)
    await loaded(store, made)
    found = (await comparison.two_segments(store.telemetry, between(covariate=Covariate.PROMPT_TOKENS)))[()]
    arms = {name: [row for row in made if row.call.model == name] for name in "ab"}
    for arm, sums in zip(arms.values(), (found.metrics["score"].a, found.metrics["score"].b), strict=True):
        assert (sums.n, sums.total) == (len(arm), sum(row.value for row in arm))
        assert sums.squares == sum(row.value**2 for row in arm)
    clusters: dict[str, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 6)
    for row in made:
        first = 0 if row.call.model == "a" else 3
        clusters[row.cluster][first] += 1
        clusters[row.cluster][first + 1] += row.value
    assert found.groups == len(clusters)
    products = found.metrics["score"].products
    for i in range(6):
        for j in range(6):
            assert products[i][j] == sum(vector[i] * vector[j] for vector in clusters.values())
    timed = [row for row in arms["a"] if row.call.latency_ms is not None]
    assert found.metrics["latency"].a.n == len(timed)
    assert found.metrics["latency"].a.total == sum(row.call.latency_ms or 0 for row in timed)
    assert found.metrics["cost"].a.n == 0


async def test_pairs_are_calls_that_asked_the_same(store: Store) -> None:
    """Inputs are matched by what was asked, whatever the model; the differences are of the means per input."""
    made = rows(120, 2)
    await loaded(store, made)
    found = await comparison.pairs(store.telemetry, between())
    asked: dict[int, dict[str, list[Fraction]]] = defaultdict(lambda: {"a": [], "b": []})
    for number, row in enumerate(made):
        asked[number % 40][row.call.model].append(row.value)
    both = [sides for sides in asked.values() if sides["a"] and sides["b"]]
    differences = [sum(one["b"]) / len(one["b"]) - sum(one["a"]) / len(one["a"]) for one in both]
    assert found.pairs == len(both)
    assert found.rows == sum(len(one["a"]) + len(one["b"]) for one in both)
    assert float(found.total) == pytest.approx(float(sum(differences)), abs=1e-9)
    assert float(found.squares) == pytest.approx(float(sum(one**2 for one in differences)), abs=1e-8)


async def test_scores_that_were_drawn_weigh_the_inverse_of_their_chance(store: Store) -> None:
    """Where chances differ within a segment, all sums of both are weighted; where they are even they are plain."""
    draw = random.Random(7)  # noqa: S311 -- an example
    made = [
        msgspec.structs.replace(row, score=msgspec.structs.replace(row.score, inclusion=draw.choice([0.0, 0.5, 0.25])))
        for row in rows(150, 7)
    ]
    await loaded(store, made)
    found = (await comparison.two_segments(store.telemetry, between(covariate=Covariate.HOUR)))[()]
    assert found.weighted
    clusters: dict[str, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 6)
    for row in made:
        weight, first = 1 / Fraction(row.score.inclusion or 1), 0 if row.call.model == "a" else 3
        for place, of in enumerate((Fraction(1), row.value, Fraction(row.call.created_at.hour)), start=first):
            clusters[row.cluster][place] += weight * of
    sums = found.metrics["score"]
    assert sums.totals == tuple(sum(vector[i] for vector in clusters.values()) for i in range(6))
    assert sums.products[1][4] == sum(vector[1] * vector[4] for vector in clusters.values())
    of_a = [row for row in made if row.call.model == "a"]
    assert (sums.a.n, sums.a.weight) == (len(of_a), sum(1 / Fraction(row.score.inclusion or 1) for row in of_a))
    known = Fraction(0)
    for row in of_a:
        known += row.call.created_at.hour * row.value / Fraction(row.score.inclusion or 1)
    assert sums.a.covariate_cross == known


async def test_even_chances_weigh_nothing(store: Store) -> None:
    """Scores that were all drawn with one probability have the sums that they would have undrawn."""
    made = [
        msgspec.structs.replace(row, score=msgspec.structs.replace(row.score, inclusion=0.2)) for row in rows(60, 8)
    ]
    await loaded(store, made)
    found = (await comparison.two_segments(store.telemetry, between()))[()]
    assert not found.weighted
    assert found.metrics["score"].a.total == sum(row.value for row in made if row.call.model == "a")


async def test_inputs_match_by_a_property_however_it_is_spelled(store: Store) -> None:
    """A property that says when two calls had the same input is read as a filter reads it, whatever its case."""
    await store.load(
        *(
            call(f"{model}{number}", model=model, properties={"row": str(number)})
            for model in "ab"
            for number in range(4)
        )
    )
    await store.load(*(score(f"{model}{number}", "q", 1.0 + (model == "b")) for model in "ab" for number in range(4)))
    found = await comparison.pairs(store.telemetry, between(match_property="Row"))
    assert (found.pairs, found.total) == (4, Fraction(4))


async def test_slices_add_up_to_the_whole(store: Store) -> None:
    """By a property, the rows of the slices are those of the whole."""
    await loaded(store, rows(100, 3))
    whole = (await comparison.two_segments(store.telemetry, between()))[()]
    slices = await comparison.two_segments(store.telemetry, between(), ["property:lang"])
    assert set(slices) == {("en",), ("fr",)}
    assert sum(one.metrics["score"].a.total for one in slices.values()) == whole.metrics["score"].a.total


async def test_cells_hold_every_score_once(store: Store) -> None:
    """The cells of all dimensions, periods and blocks add up to the scores, and rare values stand as other."""
    made = rows(150, 4)
    await loaded(store, made)
    noon = NOON + dt.timedelta(hours=1)
    change = cells.Change(ASKED, Window(NOON, noon), Window(noon, DAY.end), Clock.REQUESTED)
    assert await cells.common_properties(store.telemetry, change, 3) == ["lang"]
    dimensions = ["model", "property:lang"]
    found = await cells.cells(store.telemetry, change, dimensions, values=1, blocks=4)
    assert {cell.values[1] for cell in found} == {"en", cells.OTHER} or {"fr", cells.OTHER}
    assert sum(cell.n for cell in found) == len(made)
    for period in (0, 1):
        wanted = [row.value for row in made if (row.call.created_at >= noon) == bool(period)]
        assert sum(cell.total for cell in found if cell.period == period) == sum(wanted)
    assert all(0 <= cell.block < 4 for cell in found)


async def test_cells_of_drawn_scores_are_weighted(store: Store) -> None:
    """Where scores were drawn, each cell tells how many there are, what they stand for, and the weighted sum."""
    draw = random.Random(9)  # noqa: S311 -- an example
    made = [
        msgspec.structs.replace(row, score=msgspec.structs.replace(row.score, inclusion=draw.choice([1.0, 0.25])))
        for row in rows(80, 9)
    ]
    await loaded(store, made)
    noon = NOON + dt.timedelta(hours=1)
    change = cells.Change(ASKED, Window(NOON, noon), Window(noon, DAY.end), Clock.REQUESTED)
    found = await cells.cells(store.telemetry, change, ["model"], values=2, blocks=4)
    for model in "ab":
        mine = [row for row in made if row.call.model == model]
        theirs = [cell for cell in found if cell.values == (model,)]
        assert sum(cell.n for cell in theirs) == len(mine)
        assert sum(cell.weight or 0 for cell in theirs) == sum(1 / Fraction(row.score.inclusion) for row in mine)
        total = sum(row.value / Fraction(row.score.inclusion) for row in mine)
        assert sum(cell.total for cell in theirs) == total


async def test_two_raters_meet_on_the_things_that_both_judged(store: Store) -> None:
    """The table and the sums of two raters are over the things that both judged, the newest score of each."""
    draw = random.Random(5)  # noqa: S311 -- an example
    said: dict[str, dict[str, float]] = {"ana": {}, "ben": {}}
    given = []
    for number in range(80):
        for author, values in said.items():
            for _ in range(draw.choice([0, 1, 1, 2])):
                values[f"r{number}"] = float(draw.randrange(3))
                given.append(
                    Score(ORG, f"r{number}", "q", ScoreKind.NUMERIC, values[f"r{number}"], NOON, Source.HUMAN, author)
                )
    await store.load(*given)
    panel = raters.Panel(ASKED, DAY, Clock.JUDGED)
    ana, ben = (raters.Rater("q", ("human",), (author,)) for author in said)
    both = said["ana"].keys() & said["ben"].keys()
    two = raters.Two(panel, ana, ben)
    judged = await raters.about_two(store.telemetry, two)
    assert (judged.n, judged.clusters, judged.weighted, judged.blocks) == (len(both), len(both), False, 1)
    wanted = Counter((f"{said['ana'][one]:g}", f"{said['ben'][one]:g}") for one in both)
    assert {(cell.a, cell.b): cell.n for cell in await raters.table_of_two(store.telemetry, two, judged)} == wanted
    assert judged.cells == len(wanted)
    [sums] = await raters.sums_of_two(store.telemetry, two, judged)
    assert sums.n == len(both)
    assert float(sums.xy) == sum(said["ana"][one] * said["ben"][one] for one in both)
    patterns = await raters.patterns(store.telemetry, panel, [ana, ben])
    assert {pattern.said: pattern.n for pattern in patterns} == Counter(
        tuple(sorted(f"{values[one]:g}" for values in said.values())) for one in both
    )
    everybody = raters.Two(panel, ana, raters.Rater("q"))
    assert (await raters.about_two(store.telemetry, everybody)).n < len(said["ana"]), "a score agrees with no other one"


async def test_raters_of_sessions_and_draws_meet_in_blocks(store: Store) -> None:
    """Where calls are of sessions, or came to be judged with unequal chances, sums come by block and are weighted."""
    draw = random.Random(6)  # noqa: S311 -- an example
    chances = {f"r{number}": (draw.choice([1.0, 0.5]), draw.choice([0.25, 0.5])) for number in range(60)}
    values: dict[str, tuple[float, float]] = {one: (draw.randrange(4), draw.randrange(4)) for one in chances}
    made: list[Call | Score] = [call(one, number, session_id=f"s{number // 4}") for number, one in enumerate(chances)]
    for one, (of_judge, of_people) in chances.items():
        by_judge, by_people = values[one]
        judged_by = msgspec.structs.replace(score(one, "q", float(by_judge)), score_id="judge", source=Source.MODEL)
        made.append(msgspec.structs.replace(judged_by, inclusion=of_judge))
        by_person = msgspec.structs.replace(judged_by, value=float(by_people), source=Source.HUMAN, inclusion=of_people)
        made += [msgspec.structs.replace(by_person, score_id=name, author=name) for name in ("ana", "ben")]
    await store.load(*made)
    panel = raters.Panel(ASKED, DAY, Clock.REQUESTED)
    judge, ana, ben = raters.Rater("q", ("model",)), raters.Rater("q", (), ("ana",)), raters.Rater("q", (), ("ben",))
    two = raters.Two(panel, judge, ana)
    judged = await raters.about_two(store.telemetry, two)
    assert (judged.n, judged.clusters, judged.weighted) == (60, 15, True)
    sums = await raters.sums_of_two(store.telemetry, two, judged)
    weights = {one: 1 / Fraction(a) / Fraction(b) for one, (a, b) in chances.items()}
    assert sum(block.weight for block in sums) == sum(weights.values())
    assert sum(block.xy for block in sums) == sum(
        weight * int(values[one][0]) * int(values[one][1]) for one, weight in weights.items()
    )
    cells = await raters.table_of_two(store.telemetry, two, judged)
    assert sum(cell.n for cell in cells) == 60
    assert 1 < len({cell.block for cell in cells}) <= 15
    ranks = await raters.ranks_of_two(store.telemetry, two, judged)
    said = {one: x for one, (x, _) in values.items()}
    twice = {
        one: sum(w * (2 * (said[other] < x) + (said[other] == x)) for other, w in weights.items())
        for one, x in said.items()
    }
    assert sum(block.x for block in ranks) == sum(weights[one] * rank for one, rank in twice.items())
    both_people = await raters.about_two(store.telemetry, raters.Two(panel, ana, ben))
    assert (both_people.low, both_people.high) == (0.25, 0.5), "scores of one source share a draw"
    patterns = await raters.patterns(store.telemetry, panel, [judge, ana, ben])
    assert sum(pattern.n for pattern in patterns) == 60
    assert sum(pattern.weight for pattern in patterns) == sum(weights.values())
    apart = await raters.deviations(store.telemetry, panel, [judge, ana, ben])
    assert all(one.raters == (0, 1, 2) for one in apart)
    told = sum(
        weight * (Fraction(values[one][0]) - Fraction(values[one][0] + 2 * values[one][1]) / 3)
        for one, weight in weights.items()
    )
    assert float(sum(one.sums[0] for one in apart)) == pytest.approx(float(told), abs=1e-9)


async def test_a_segment_may_be_a_window(store: Store) -> None:
    """A week against the next: the same filter, two windows."""
    made = rows(60, 6)
    await loaded(store, made)
    noon = NOON + dt.timedelta(minutes=30)
    halves = Comparison(
        asked=ASKED,
        a=Segment(Everything(), Window(NOON, noon)),
        b=Segment(Everything(), Window(noon, DAY.end)),
        clock=Clock.REQUESTED,
    )
    found = (await comparison.two_segments(store.telemetry, halves))[()]
    assert (found.metrics["score"].a.n, found.metrics["score"].b.n, found.overlap) == (30, 30, 0)
