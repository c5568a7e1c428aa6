"""Everything that can be asked of the store about an organisation, through every statement that there is."""

import datetime as dt
from collections.abc import Awaitable, Iterator
from typing import Any

import msgspec

from helicorder.model.analysis import Covariate
from helicorder.model.filter import (
    Both,
    Either,
    Everything,
    Field,
    FieldIs,
    Filter,
    HasProperty,
    IsScored,
    Operator,
    Page,
    PropertyIs,
    Says,
    ScoreIs,
    SortKey,
    Stretch,
)
from helicorder.model.group import EVERY_GROUP, Group, GroupField, GroupFilter, GroupIs, GroupOrder, HasCall
from helicorder.model.score import ScoreKind, Source, Target, natural_id
from helicorder.model.window import Bucket, Window
from helicorder.telemetry import (
    calls,
    cells,
    comparison,
    distribution,
    export,
    histograms,
    judges,
    labels,
    listing,
    news,
    numbers,
    properties,
    raters,
    scores,
    series,
    sessions,
    stretches,
    users,
)
from helicorder.telemetry.axis import Axis, Clock
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.comparison import Comparison, Segment
from helicorder.telemetry.series import Question
from telemetry.harness import NOON

CANARY = "canary"
IDS = ["r", "s", "theirs"]
SCORE_IDS = [natural_id(Target.REQUEST, request_id, "q", Source.API, "") for request_id in IDS]
FILTERS: list[Filter] = [
    Everything(),
    Either(Everything(), Everything()),
    FieldIs(Field.MODEL, Operator.CONTAINS, CANARY),
    FieldIs(Field.REQUEST_BODY, Operator.CONTAINS, CANARY),
    FieldIs(Field.RESPONSE_BODY, Operator.NOT_CONTAINS, CANARY),
    PropertyIs("env", Operator.CONTAINS, CANARY),
    PropertyIs("Env", Operator.NOT_EQUALS, CANARY),
    PropertyIs("env", Operator.EQUALS, CANARY),
    HasProperty("only-theirs"),
    ScoreIs("q", Operator.GT, 100),
    ScoreIs("q", Operator.NOT_EQUALS, 100),
    IsScored(scored=True),
    IsScored(scored=False),
    Both(IsScored(scored=True), FieldIs(Field.STATUS, Operator.EQUALS, 500)),
    Says(CANARY, whole=True),
]
FEW = FILTERS[::4]
DAY = dt.timedelta(days=1)
WINDOW = Window(NOON - dt.timedelta(hours=1), NOON + dt.timedelta(hours=2))


async def everything_readable(telemetry: Telemetry, org_id: str, mark: int) -> list[Any]:
    """What every read function answers an organisation; some read as of a mark."""
    every = (of_calls, of_scores, of_files_and_news, of_sums, of_raters, of_labels, of_added_up, of_groups)
    return [await each(part(telemetry, org_id, mark)) for part in every]


async def each(asked: Iterator[Awaitable[Any]]) -> list[Any]:
    """What several questions are answered, in their order."""
    return [await one for one in asked]


def question(org_id: str, wanted: Filter = FILTERS[0], as_of: int | None = None) -> Question:
    """About the score q."""
    return Question(org_id=org_id, name="q", kind=ScoreKind.NUMERIC, largest=1000.0, where=wanted, as_of=as_of)


def of_calls(telemetry: Telemetry, org_id: str, _mark: int) -> Iterator[Awaitable[Any]]:
    """Calls, their bodies, their properties."""
    for wanted in FEW:
        yield calls.page(telemetry, org_id, wanted, Page())
        yield stretches.page(telemetry, org_id, wanted, Stretch(sort=SortKey.COST, limit=2), previews=True)
    for wanted in FILTERS:
        yield calls.count(telemetry, org_id, wanted)
    yield calls.page(telemetry, org_id, Everything(), Page(sort_property="env"))
    for request_id in IDS:
        yield calls.one(telemetry, org_id, request_id)
        yield calls.bodies(telemetry, org_id, request_id)
        yield calls.bodies(telemetry, org_id, request_id, NOON + dt.timedelta(minutes=1))
    yield calls.newest_of(telemetry, org_id, IDS)
    yield bodies_of_all(telemetry, org_id)
    yield properties.keys(telemetry, org_id)
    yield properties.coverage(telemetry, numbers.Question(org_id, Everything()), WINDOW)


async def bodies_of_all(telemetry: Telemetry, org_id: str) -> Any:
    """The bodies of a page."""
    return await calls.bodies_of(telemetry, org_id, await calls.page(telemetry, org_id, Everything(), Page()))


def of_scores(telemetry: Telemetry, org_id: str, mark: int) -> Iterator[Awaitable[Any]]:
    """Scores one by one: current ones, versions, changes, lists."""
    yield scores.names(telemetry, org_id)
    yield scores.seen(telemetry, org_id)
    yield scores.of_requests(telemetry, org_id, IDS)
    yield scores.changes(telemetry, org_id, 0, 3)
    for request_id, score_id in zip(IDS, SCORE_IDS, strict=True):
        yield scores.versions_of_request(telemetry, org_id, request_id)
        yield scores.versions(telemetry, org_id, score_id)
        yield scores.versions(telemetry, org_id, score_id, mark)
    for wanted in (listing.Wanted(where=one) for one in FEW):
        yield listing.page(telemetry, org_id, wanted, before=None, limit=9, as_of=None)
    yield listing.page(telemetry, org_id, listing.Wanted(), before=None, limit=9, as_of=mark)
    yield listing.count(telemetry, org_id, listing.Wanted(), mark)
    yield listing.orphans(telemetry, org_id, until=dt.datetime.now(dt.UTC), after=0, limit=9)


def of_files_and_news(telemetry: Telemetry, org_id: str, mark: int) -> Iterator[Awaitable[Any]]:
    """Rows that go out as files, and what is new since a version."""
    for subject in export.Subject:
        for wanted in (export.Wanted(), export.Wanted(where=FILTERS[5], start=NOON - DAY, as_of=mark)):
            yield exported(telemetry, org_id, subject, wanted)
    for limit in (1, 100):
        yield news.news(telemetry, org_id, FILTERS, 0, 1_000, limit)


async def exported(telemetry: Telemetry, org_id: str, subject: export.Subject, wanted: export.Wanted) -> Any:
    """The lines of a file, whose order is nobody's promise."""
    bodies = subject is export.Subject.CALLS
    pieces = await export.lines(telemetry, org_id, subject, wanted, nested=True, bodies=bodies)
    return sorted(b"".join([piece async for piece in pieces]).splitlines())


def of_sums(telemetry: Telemetry, org_id: str, mark: int) -> Iterator[Awaitable[Any]]:
    """The questions that sum up scores, and how they are spread."""
    cut, now, past = ["model", "property:env"], question(org_id), question(org_id, FILTERS[5], mark)
    for wanted in FILTERS:
        yield series.by_segment(telemetry, question(org_id, wanted), WINDOW, Clock.JUDGED, cut)
    for axis in (Axis(WINDOW, Bucket.HOUR, "UTC", clock) for clock in Clock):
        yield series.over_time(telemetry, now, axis)
    yield series.calls_over_time(telemetry, now, Axis(WINDOW, Bucket.HOUR), ["property:env"])
    yield series.calls_by_segment(telemetry, past, WINDOW, cut)
    yield series.delays(telemetry, past, WINDOW, [1.0, 60.0], NOON)
    change = cells.Change(now, Window(WINDOW.start, NOON), WINDOW, Clock.JUDGED)
    yield cells.cells(telemetry, change, cut, values=3, blocks=2)
    yield cells.common_properties(telemetry, change, 3)
    yield cells.examples(telemetry, change, [], 3, rising=True)
    halves = [Segment(one, WINDOW) for one in (Everything(), FieldIs(Field.STATUS, Operator.EQUALS, 200))]
    two = Comparison(asked=now, a=halves[0], b=halves[1], clock=Clock.JUDGED, covariate=Covariate.HOUR)
    yield comparison.two_segments(telemetry, two, ["model"])
    yield comparison.pairs(telemetry, two)
    yield comparison.pairs(telemetry, msgspec.structs.replace(two, match_property="env"))
    for weighted in (False, True):
        yield spread(telemetry, distribution.Values(now, WINDOW, Clock.JUDGED, weighted))


async def spread(telemetry: Telemetry, values: distribution.Values) -> Any:
    """How values are spread; where there are none, nobody asks for their quantiles."""
    parts = [await one(telemetry, values) for one in (distribution.truths, distribution.labels)]
    found = await distribution.bins(telemetry, values, [0.0, 1.0, 2_000.0])
    if not found:
        return parts
    ranked = await distribution.values_at(telemetry, values, [1], sum(part.n for part in found.values()))
    below = await distribution.below(telemetry, values, [1.0])
    return parts, found, ranked, below, await distribution.values_at_shares(telemetry, values, [0.5])


def of_raters(telemetry: Telemetry, org_id: str, _mark: int) -> Iterator[Awaitable[Any]]:
    """The questions that lay judgements of the same things side by side."""
    panel = raters.Panel(question(org_id), WINDOW, Clock.JUDGED)
    two = raters.Two(panel, raters.Rater("q"), raters.Rater("ok"))
    yield agreement(telemetry, two)
    yield raters.patterns(telemetry, panel, [two.a, two.b])
    yield raters.deviations(telemetry, panel, [two.a, two.b])


async def agreement(telemetry: Telemetry, two: raters.Two) -> Any:
    """What two raters say of what both judged."""
    judged = await raters.about_two(telemetry, two)
    of_both = (raters.table_of_two, raters.sums_of_two, raters.ranks_of_two)
    return judged, [await one(telemetry, two, judged) for one in of_both]


def of_labels(telemetry: Telemetry, org_id: str, _mark: int) -> Iterator[Awaitable[Any]]:
    """The questions about judges, people, and what to label next."""
    asked = Question(org_id=org_id, name=None, kind=None, largest=1_000.0)
    judging = judges.Judging(asked, WINDOW, raters.Rater("q", (Source.MODEL,)), raters.Rater("q", (Source.HUMAN,)))
    yield judges.whole(telemetry, judging)
    yield judges.over_time(telemetry, judging, Axis(WINDOW, Bucket.HOUR))
    for by in (None, "property:env"):
        yield drawn(telemetry, judging, by)
    population: labels.Population
    for population in (labels.Calls(org_id, FILTERS[5], WINDOW, ("q",)), labels.JudgedCalls(judging)):
        yield labels.size(telemetry, population)
        yield labels.evenly(telemetry, population, 1.0, 7)
    yield labels.newest(telemetry, org_id, IDS)
    yield labels.standing(telemetry, org_id, {"q"}, [(one, NOON + dt.timedelta(minutes=1)) for one in IDS])


async def drawn(telemetry: Telemetry, judging: judges.Judging, by: str | None) -> Any:
    """What a draw that takes everything takes, of which cells."""
    sampled = await judges.sampling(telemetry, judging, by)
    if sampled is None:
        return None
    found = await judges.strata(telemetry, sampled, NOON - DAY)
    return found, await judges.draw(telemetry, sampled, [(cell, 1.0) for cell in found], 7)


def of_added_up(telemetry: Telemetry, org_id: str, _mark: int) -> Iterator[Awaitable[Any]]:
    """The questions that add calls up."""
    axis, cut, before = Axis(WINDOW, Bucket.HOUR), ["user_id", "property:env"], Window(NOON - DAY, WINDOW.start)
    for asked in (numbers.Question(org_id, wanted) for wanted in FEW):
        for span in (WINDOW, None):
            yield numbers.whole(telemetry, asked, span)
        yield numbers.by_segment(telemetry, asked, WINDOW, cut, numbers.First(2))
    every = numbers.Question(org_id, Everything())
    yield numbers.over_time(telemetry, every, axis, before=before, by="property:env", top=1, total=True)
    yield numbers.over_time(telemetry, every, axis, by="model")


def of_groups(telemetry: Telemetry, org_id: str, _mark: int) -> Iterator[Awaitable[Any]]:
    """The questions about sessions and users."""
    tagged = GroupIs(GroupField.TAG, Operator.NOT_EQUALS, "x")
    wanted: list[GroupFilter] = [EVERY_GROUP, tagged, *(HasCall(one) for one in FEW)]
    for one in wanted:
        yield sessions.page(telemetry, org_id, one, WINDOW, GroupOrder())
        yield sessions.summed(telemetry, org_id, one, None)
        yield sessions.count(telemetry, org_id, one, WINDOW)
    yield sessions.names(telemetry, org_id, EVERY_GROUP, None, 9)
    for session_id in ("s1", "theirs"):
        yield sessions.one(telemetry, org_id, session_id)
        yield sessions.steps(telemetry, org_id, session_id, 9)
    yield sessions.own_scores(telemetry, org_id, ["s1", "theirs"])
    yield scores_of_page(telemetry, org_id)
    everybody = users.Users(org_id, EVERY_GROUP, None)
    yield users.page(telemetry, everybody, GroupOrder())
    yield users.count(telemetry, everybody)
    measured = {"spent": GroupField.COST, "of": GroupField.CALLS}
    for group in Group:
        yield histograms.of_groups(telemetry, org_id, group, EVERY_GROUP, None, measured, since=0.0, upto=0.9)


async def scores_of_page(telemetry: Telemetry, org_id: str) -> Any:
    """What was said of the sessions of a page."""
    page = await sessions.page(telemetry, org_id, EVERY_GROUP, WINDOW, GroupOrder())
    return await sessions.scores_by_session(telemetry, org_id, page)
