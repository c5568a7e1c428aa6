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
from helicorder.model.score import ScoreKind, Source, Target, natural_id
from helicorder.model.window import Bucket, Window
from helicorder.telemetry import calls, cells, comparison, listing, raters, scores, series
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


async def test_another_organisation_changes_no_answer(store: Store) -> None:
    """Whatever another organisation records under the same ids, names and keys, no answer changes by a bit."""
    await store.load(
        call("r", 1, properties={"env": "mine"}, request_body="mine"), call("s", 2), call("plain", 3),
        call("other", 4, properties={"env": "bare"}),
        score("r", "q", 1.0, 1), score("s", "ok", value=True, minutes=1), edit("s", "env", "edited"),
    )  # fmt: skip
    before = await everything_readable(store.telemetry, ORG)
    for request_id in ("r", "s", "theirs", "plain"):
        for minutes in (1, 2, 3):
            await store.load(
                call(
                    request_id, minutes, org_id=STRANGER, model=CANARY, status=500, properties={"env": CANARY},
                    request_body=CANARY, response_body=CANARY,
                ),
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
