"""Sums of the store turned into numbers that carry their n and their interval."""

import datetime as dt
from typing import Self

import msgspec

from helicorder.model.score import ScoreKind
from helicorder.scoring.estimates import Cell, estimate
from helicorder.scoring.gram import Gram
from helicorder.scoring.statistics import Estimate, Method
from helicorder.telemetry.series import Sums
from helicorder.telemetry.sql.series import LARGEST


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A mean with all that says how far to trust it; ``low`` to ``high`` is its 95 % interval.

    ``n`` scores of ``requests`` distinct requests; ``missing`` calls were not scored (null where calls were not
    counted); ``clusters`` independent groups. ``method`` names how the interval was made. Where n is 0 everything else
    is null: a gap, not a zero.
    """

    n: int
    requests: int
    missing: int | None
    clusters: int | None
    mean: float | None
    low: float | None
    high: float | None
    min: float | None
    max: float | None
    deff: float | None
    n_effective: float | None
    method: Method
    warning: str | None

    @classmethod
    def of(cls, seen: Sums, kind: ScoreKind, **more: object) -> Self:
        """The number of some sums, and whatever stands beside it."""
        found = estimate_of(seen, kind)
        return cls(
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


class Bucket(Number, frozen=True, kw_only=True):
    """The number of one bucket of time. ``filling``: scores of this time are still expected to come."""

    start: dt.datetime
    filling: bool = False
    complete: float | None = None


def estimate_of(seen: Sums, kind: ScoreKind) -> Estimate:
    """The estimate of some sums: a rate of booleans, else a mean."""
    return estimate(cell_of(seen), is_rate=kind is ScoreKind.BOOLEAN)


def _beyond(seen: Sums) -> str | None:
    ends = [end for end in (seen.minimum, seen.maximum) if end is not None]
    return f"values beyond {LARGEST:g} count as {LARGEST:g}" if any(abs(end) > LARGEST for end in ends) else None


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
