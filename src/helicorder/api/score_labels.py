"""What people should label next: a draw that says most about a judge's errors, each with its probability."""

import datetime as dt
from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.context import FromContext
from helicorder.api.score_judges import LEARN, judging_of, resolved_judged
from helicorder.api.wire import Result
from helicorder.errors import Invalid
from helicorder.model.score import ScoreKind
from helicorder.scoring.labelling import Stratum, expected_errors, expected_half_width, probabilities
from helicorder.telemetry import judges, labels
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.labels import JudgedCalls
from helicorder.wire.answers import LabelItem, LabelPlan, LabelStratum
from helicorder.wire.questions import LabelsQuery

MAX_BUDGET = 2_000
NOTHING_JUDGED = "the judge judged nothing in this time"
_SEEDS = 2**64


class Draw(msgspec.Struct, frozen=True):
    """A draw of things to label: the cells that they were drawn from, each with its probability, and what was drawn."""

    cells: list[judges.Cell]
    strata: list[Stratum]
    errors: list[float]
    chances: list[float]
    drawn: list[judges.Drawn]

    @property
    def waiting(self) -> int:
        """How many things could have been drawn."""
        return sum(one.waiting for one in self.strata)

    @property
    def labels(self) -> int:
        """How many labels the expected errors rest on."""
        return sum(one.labels for one in self.strata)

    @property
    def half_width(self) -> float | None:
        """How far the corrected mean's interval should reach with these labels."""
        return expected_half_width(self.strata, self.errors, self.chances) if self.waiting else None


async def drawn(question: LabelsQuery, org_id: str, telemetry: Telemetry) -> Draw | None:
    """The draw that a question asks for; None where the judge judged nothing."""
    judging = judging_of(question, org_id, None)
    sampled = await judges.sampling(telemetry, judging, question.by)
    if sampled is None:
        return None
    cells = await judges.strata(telemetry, sampled, judging.window.start - LEARN)
    strata = [Stratum(cell.waiting, cell.mean, cell.labels, cell.squares) for cell in cells]
    bounded = question.kind is ScoreKind.BOOLEAN or (sampled.low >= 0 and sampled.high <= 1)
    errors = expected_errors(strata, bounded=bounded)
    chances = probabilities(strata, errors, question.budget)
    found = await judges.draw(telemetry, sampled, list(zip(cells, chances, strict=True)), question.seed)
    return Draw(cells, strata, errors, chances, found)


async def planned(question: LabelsQuery, org_id: str, telemetry: Telemetry) -> LabelPlan:
    """The draw that a question asks for, as it is told."""
    draw = await drawn(question, org_id, telemetry)
    if draw is None:
        return LabelPlan(
            name=question.name, items=[], strata=[], waiting=0, labels=0, expected_half_width=None,
            warning=NOTHING_JUDGED,
        )  # fmt: skip
    in_window = (await labels.size(telemetry, JudgedCalls(judging_of(question, org_id, None)))).labelled
    return LabelPlan(
        name=question.name,
        items=[_item(one) for one in draw.drawn],
        strata=[_told(cell, *rest) for cell, *rest in zip(draw.cells, draw.errors, draw.chances, strict=True)],
        waiting=draw.waiting,
        labels=draw.labels,
        expected_half_width=draw.half_width,
        warning=warning_of(draw, in_window),
    )


def _item(one: judges.Drawn) -> LabelItem:
    return LabelItem(
        target=one.target,
        target_id=one.target_id,
        judged=one.value,
        segment=one.segment,
        inclusion=one.probability,
    )


def _told(cell: judges.Cell, error: float, chance: float) -> LabelStratum:
    return LabelStratum(
        segment=cell.segment,
        low=cell.low,
        high=cell.high,
        waiting=cell.waiting,
        labels=cell.labels,
        expected_error=error**0.5,
        inclusion=chance,
    )


def warning_of(draw: Draw, in_window: int) -> str | None:
    """What a draw's labels will not bear, where some of the time's things have labels already."""
    if in_window:
        return (
            f"{in_window} things of this time have labels already: each draw's probabilities hold for itself, so draw "
            "from a time of its own, or do not mix the two in one corrected mean"
        )
    return None if draw.labels else "no labels yet: errors are guessed from the judge's own doubt"


@post("/v1/scores/labels/query", status_code=200, opt=READ, operation_id="PlanLabels", tags=["Scores"])
async def plan_labels(data: JSONBody[LabelsQuery], context: FromContext) -> Result[LabelPlan]:
    """Which things people should label next, each with the probability to send along with its label."""
    if not 0 < data.budget <= MAX_BUDGET:
        raise Invalid(f"budget: is 1 to {MAX_BUDGET}.")
    if not 0 <= data.seed < _SEEDS:
        raise Invalid("seed: is a whole number from 0 to 2**64 - 1.")
    telemetry, org_id = await context.reading(), context.principal.org_id
    question = await resolved_judged(data, org_id, telemetry, dt.datetime.now(dt.UTC))
    return Result(await planned(question, org_id, telemetry))


HANDLERS: list[Any] = [plan_labels]
