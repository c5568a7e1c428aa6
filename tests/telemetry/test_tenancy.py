"""One organisation never sees another's rows."""

import datetime as dt
from typing import Any

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
    ScoreIs,
)
from helicorder.model.group import EVERY_GROUP, Group, GroupField, GroupFilter, GroupIs, GroupOrder, HasCall
from helicorder.model.score import Score, ScoreKind, Source, Target, natural_id
from helicorder.model.window import Bucket, Window
from helicorder.telemetry import (
    calls,
    cells,
    comparison,
    histograms,
    listing,
    numbers,
    properties,
    raters,
    scores,
    series,
    sessions,
    users,
)
from helicorder.telemetry.axis import Axis, Clock
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.comparison import Comparison, Segment
from helicorder.telemetry.listing import Wanted
from helicorder.telemetry.series import Question
from telemetry.harness import NOON, ORG, Store, call, edit, score

STRANGER = "org-b"
CANARY = "canary"
SCORE_IDS = [natural_id(Target.REQUEST, request_id, "q", Source.API, "") for request_id in ("r", "s", "theirs")]
FILTERS: list[Filter] = [
    Everything(),
    Either(Everything(), Everything()),
    FieldIs(Field.MODEL, Operator.CONTAINS, CANARY),
    FieldIs(Field.REQUEST_BODY, Operator.CONTAINS, CANARY),
    FieldIs(Field.RESPONSE_BODY, Operator.NOT_CONTAINS, CANARY),
    PropertyIs("env", Operator.CONTAINS, CANARY),
    PropertyIs("Env", Operator.NOT_EQUALS, CANARY),
    HasProperty("only-theirs"),
    ScoreIs("q", Operator.GT, 100),
    ScoreIs("q", Operator.NOT_EQUALS, 100),
    IsScored(scored=True),
    IsScored(scored=False),
    Both(IsScored(scored=True), FieldIs(Field.STATUS, Operator.EQUALS, 500)),
]
FEW = FILTERS[::4]
DAY = dt.timedelta(days=1)


async def everything_readable(telemetry: Telemetry, org_id: str) -> list[Any]:
    """What every read function answers an organisation."""
    window = Window(NOON - dt.timedelta(hours=1), NOON + dt.timedelta(hours=2))
    axes = [Axis(window, Bucket.HOUR, "UTC", clock) for clock in Clock]
    page = await calls.page(telemetry, org_id, Everything(), Page())
    return [
        [await calls.page(telemetry, org_id, wanted, Page()) for wanted in FEW],
        [await calls.count(telemetry, org_id, wanted) for wanted in FILTERS],
        await calls.page(telemetry, org_id, Everything(), Page(sort_property="env")),
        [await calls.one(telemetry, org_id, request_id) for request_id in ("r", "s", "theirs")],
        [await calls.bodies(telemetry, org_id, request_id) for request_id in ("r", "s", "theirs")],
        await calls.bodies_of(telemetry, org_id, page),
        await scores.names(telemetry, org_id),
        await scores.of_requests(telemetry, org_id, ["r", "s", "theirs"]),
        [await scores.versions_of_request(telemetry, org_id, request_id) for request_id in ("r", "s", "theirs")],
        [await scores.versions(telemetry, org_id, score_id) for score_id in SCORE_IDS],
        [await scores.changes(telemetry, org_id, 0, 3), await scores.seen(telemetry, org_id)],
        await summed(telemetry, org_id, window),
        [await series.over_time(telemetry, asked(org_id, wanted), axis) for axis in axes for wanted in FEW],
        [await listing.page(telemetry, org_id, Wanted(where=w), before=None, limit=9, as_of=None) for w in FEW],
        await listing.orphans(telemetry, org_id, until=dt.datetime.now(dt.UTC), after=0, limit=9),
        await added_up(telemetry, org_id, window),
        await grouped(telemetry, org_id, window),
    ]


async def added_up(telemetry: Telemetry, org_id: str, window: Window) -> list[Any]:
    """What the questions that add calls up are answered."""
    of = [numbers.Question(org_id, wanted) for wanted in FEW]
    axis, cut, before = Axis(window, Bucket.HOUR), ["user_id", "property:env"], Window(NOON - DAY, window.start)
    return [
        [await numbers.whole(telemetry, asked, span) for asked in of for span in (window, None)],
        [await numbers.by_segment(telemetry, asked, window, cut, numbers.First(2)) for asked in of],
        await numbers.over_time(telemetry, of[0], axis, before=before, by="property:env", top=1, total=True),
        await numbers.over_time(telemetry, of[0], axis, by="model"),
        await properties.keys(telemetry, org_id),
    ]


async def grouped(telemetry: Telemetry, org_id: str, window: Window) -> list[Any]:
    """What the questions about sessions and users are answered."""
    tagged = GroupIs(GroupField.TAG, Operator.NOT_EQUALS, "x")
    wanted: list[GroupFilter] = [EVERY_GROUP, tagged, *(HasCall(one) for one in FEW)]
    measured = {"spent": GroupField.COST, "of": GroupField.CALLS}
    ids = ["s1", "theirs"]
    return [
        [await sessions.page(telemetry, org_id, one, window, GroupOrder()) for one in wanted],
        [await sessions.summed(telemetry, org_id, one, None) for one in wanted],
        await sessions.names(telemetry, org_id, EVERY_GROUP, None, 9),
        [await sessions.one(telemetry, org_id, id_) for id_ in ids],
        [await sessions.steps(telemetry, org_id, id_, 9) for id_ in ids],
        await sessions.scores_by_session(telemetry, org_id, ids, window),
        await sessions.own_scores(telemetry, org_id, ids),
        await users.page(telemetry, users.Users(org_id, EVERY_GROUP, None), GroupOrder()),
        [
            await histograms.of_groups(telemetry, org_id, group, EVERY_GROUP, None, measured, since=0.0, upto=0.9)
            for group in Group
        ],
    ]


async def summed(telemetry: Telemetry, org_id: str, window: Window) -> list[Any]:
    """What the questions that sum up are answered."""
    of_all = asked(org_id, Everything())
    halves = [Segment(one, window) for one in (Everything(), FieldIs(Field.STATUS, Operator.EQUALS, 200))]
    two = Comparison(asked=of_all, a=halves[0], b=halves[1], clock=Clock.JUDGED)
    change = cells.Change(of_all, window, window, Clock.JUDGED)
    panel, rater, other = raters.Panel(of_all, window, Clock.JUDGED), raters.Rater("q"), raters.Rater("ok")
    two_raters = raters.Two(panel, rater, other)
    judged = await raters.about_two(telemetry, two_raters)
    return [
        await series.by_segment(telemetry, of_all, window, Clock.JUDGED, ["model", "property:env"]),
        await series.calls_by_segment(telemetry, of_all, window, ["property:env"]),
        await series.delays(telemetry, of_all, window, [1.0, 60.0], NOON),
        await comparison.two_segments(telemetry, two, ["model"]),
        await comparison.pairs(telemetry, two),
        await cells.cells(telemetry, change, ["model", "property:env"], values=3, blocks=2),
        await cells.common_properties(telemetry, change, 3),
        judged,
        await raters.table_of_two(telemetry, two_raters, judged),
        await raters.sums_of_two(telemetry, two_raters, judged),
        await raters.ranks_of_two(telemetry, two_raters, judged),
        await raters.patterns(telemetry, panel, [rater, other]),
        await raters.deviations(telemetry, panel, [rater, other]),
    ]


def asked(org_id: str, wanted: Filter) -> Question:
    """About the score q."""
    return Question(org_id=org_id, name="q", kind=ScoreKind.NUMERIC, largest=1000.0, where=wanted)


def of_session(session_id: str, org_id: str, tag: str) -> Score:
    """A tag of a session."""
    kind, name = ScoreKind.CATEGORICAL, sessions.SESSION_TAG
    return Score(org_id, session_id, name, kind, 0.0, NOON, target=Target.SESSION, label=tag)


async def test_another_organisation_changes_no_answer(store: Store) -> None:
    """Whatever another organisation records under the same ids, names and keys, no answer changes by a bit."""
    await store.load(
        call("r", 1, properties={"env": "mine"}, request_body="mine", session_id="s1", user_id="u"),
        call("s", 2, session_id="s1"), call("plain", 3), of_session("s1", ORG, "mine"),
        call("other", 4, properties={"env": "bare"}),
        score("r", "q", 1.0, 1), score("s", "ok", value=True, minutes=1), edit("s", "env", "edited"),
    )  # fmt: skip
    before = await everything_readable(store.telemetry, ORG)
    for request_id in ("r", "s", "theirs", "plain"):
        for minutes in (1, 2, 3):
            await store.load(
                call(
                    request_id, minutes, org_id=STRANGER, model=CANARY, status=500, properties={"env": CANARY},
                    request_body=CANARY, response_body=CANARY, session_id="s1", session_name=CANARY, user_id=CANARY,
                    session_path=f"/{CANARY}",
                ),
                of_session("s1", STRANGER, CANARY), of_session("theirs", STRANGER, CANARY),
                score(request_id, "q", 1000.0, minutes, STRANGER), score(request_id, CANARY, 1.0, minutes, STRANGER),
                edit(request_id, "env", CANARY, STRANGER), edit(request_id, "only-theirs", CANARY, STRANGER),
            )  # fmt: skip
    assert await everything_readable(store.telemetry, ORG) == before
    assert CANARY not in repr(before)
    assert CANARY in repr(await everything_readable(store.telemetry, STRANGER))


async def test_an_organisation_without_rows_sees_nothing(store: Store) -> None:
    """For an organisation that recorded nothing every answer is empty, whatever others recorded."""
    nothing = await everything_readable(store.telemetry, "org-nobody")
    await store.load(call("r", 1, properties={"env": CANARY}), score("r", "q", 1.0, 1), edit("r", "env", CANARY))
    for org_id in ("", "ORG-A"):
        assert await everything_readable(store.telemetry, org_id) == nothing
