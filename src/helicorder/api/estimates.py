"""Sums of the store turned into numbers that carry their n and their interval."""

from typing import TypeVar

from helicorder.model.score import SMALLEST_INCLUSION, ScoreKind
from helicorder.scoring.estimates import Cell, estimate
from helicorder.scoring.gram import Gram
from helicorder.scoring.statistics import Estimate
from helicorder.telemetry.series import Sums
from helicorder.telemetry.sql.series import LARGEST
from helicorder.wire.answers import Number

N = TypeVar("N", bound=Number)


def number_of(shape: type[N], seen: Sums, kind: ScoreKind, **more: object) -> N:
    """The number of some sums in the shape of an answer, and whatever else that shape has."""
    found = estimate_of(seen, kind)
    return shape(
        n=seen.n,
        requests=seen.requests,
        missing=None if seen.calls is None else max(0, seen.calls - seen.requests),
        clusters=found.clusters,
        mean=found.mean,
        low=found.low,
        high=found.high,
        min=found.minimum,
        max=found.maximum,
        deff=found.deff,
        n_effective=found.n_effective,
        method=found.method,
        warning=_beyond(seen) or found.warning,
        **more,
    )


def estimate_of(seen: Sums, kind: ScoreKind) -> Estimate:
    """The estimate of some sums: a rate of booleans, else a mean."""
    return estimate(cell_of(seen), is_rate=kind is ScoreKind.BOOLEAN)


def _beyond(seen: Sums) -> str | None:
    ends = [end for end in (seen.minimum, seen.maximum) if end is not None]
    if any(abs(end) > LARGEST for end in ends):
        return f"values beyond {LARGEST:g} count as {LARGEST:g}"
    if seen.rarest < SMALLEST_INCLUSION:
        return f"inclusion probabilities below {SMALLEST_INCLUSION:g} count as {SMALLEST_INCLUSION:g}"
    return None


def cell_of(seen: Sums) -> Cell:
    """Sums as the statistics take them."""
    if not seen.n:
        return Cell()
    products = ((seen.members_squared, seen.cross), (seen.cross, seen.totals_squared))
    return Cell(
        n=seen.n,
        total=seen.total,
        squares=seen.squares,
        minimum=seen.minimum,
        maximum=seen.maximum,
        requests=seen.requests,
        gram=Gram(seen.groups, (seen.weight, seen.weighted), products),
        weights_squared=seen.weights_squared if seen.drawn else None,
    )
