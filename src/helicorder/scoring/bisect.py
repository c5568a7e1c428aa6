"""Why a mean changed: "it fell 0.080: 0.051 from prompt_version v12, 0.020 from more lang=fr traffic, ...".

The change is parted exactly: what each dimension's traffic mix gives, what the combination of dimensions gives, and
what changed among calls of the same kind. Parts that stand out are followed into segments, whose calls to read.
"""

import math
from collections.abc import Sequence

from helicorder.model.findings import Bisection
from helicorder.scoring.attribution import Part, Search
from helicorder.scoring.decomposition import Kind, factors
from helicorder.scoring.jackknife import Sure
from helicorder.scoring.statistics import CONFIDENCE, checked_level
from helicorder.scoring.tallies import MINIMUM, Table, Tally, tabulate

__all__ = ["DISCLAIMER", "FEW_BLOCKS", "TOLD", "Bisection", "Q", "bisect", "sentence"]

Q = 0.1
TOLD = 4
FEW_BLOCKS = 20
DISCLAIMER = "Parts are shares of the arithmetic, not proven causes; dimensions that change together share the credit."


def bisect(
    tallies: Sequence[Tally],
    dimensions: Sequence[str],
    *,
    level: float = CONFIDENCE,
    q: float = Q,
    minimum: int = MINIMUM,
) -> Bisection:
    """The change of the mean from period 0 to period 1 and its parts, as `decomposition.factors` has them.

    A dimension's mix is one part, named after the value that gives most of it. The change within cells is parted by
    the values of the dimension over which it is most uneven, if one stands out; what is in no segment that stands out
    is unexplained. Flagged parts are parted again, by other dimensions, to three levels in all.

    Intervals come from leaving out one block at a time, and each holds its own part. P-values of all parts and segments
    that were looked at are adjusted together, level by level. Without blocks there are amounts of factors and no more.

    Raises:
        ValueError: as `tallies.tabulate`; a level or q that is not between 0 and 1.
    """
    checked_level(level)
    checked_level(q)
    table = tabulate(tallies, dimensions, minimum)
    found = factors(table.cells)
    overall = table.cells.overall()
    change = Sure.of((overall[1] - overall[0])[None])
    parts = Search(table, level, q, minimum).parts(found.amounts)
    low, high = change.interval(level)
    rows = table.rows.sum(axis=1)
    total = float(change.amounts[0])
    return Bisection(
        sentence=sentence(total, low, high, parts), total=total, low=low, high=high,
        p_value=next(iter(change.p_values()), None), n_before=int(rows[0]), n_after=int(rows[1]),
        mean_before=float(overall[0, 0]), mean_after=float(overall[1, 0]), parts=parts, dimensions=table.dimensions,
        constant=table.constant, cells=table.cells.n.shape[1], pooled=table.pooled, minimum=minimum, unmet=found.unmet,
        blocks=table.blocks, level=level, q=q, warnings=_warnings(table, found.unmet),
    )  # fmt: skip


def _warnings(table: Table, unmet: int) -> tuple[str, ...]:
    told = [DISCLAIMER]
    if not table.blocks:
        told.append("No intervals: fewer than two blocks, or a period that lies in one block.")
    elif table.blocks < FEW_BLOCKS:
        told.append(f"Fewer than {FEW_BLOCKS} blocks: intervals are wide and rough.")
    if unmet:
        told.append(
            f"{unmet} of the mixes compared never occurred in any combination of cells and were met half way: "
            "dimensions that changed together share the credit."
        )
    return tuple(told)


def sentence(total: float, low: float | None, high: float | None, parts: Sequence[Part]) -> str:
    """The change and its flagged parts in words; the numbers in it add up as printed.

    Given are the change, its interval (None for none), and all parts of it, the surest first.
    """
    flagged = [part for part in parts if part.flagged and part.kind is not Kind.UNEXPLAINED][:TOLD]
    largest = max([abs(total), *(abs(part.amount) for part in flagged)])
    digits = max(0, 1 - math.floor(math.log10(largest))) if largest else 3
    sign = -1 if total < 0 else 1
    ends = "" if low is None or high is None else f" ({low:+.{digits}f} to {high:+.{digits}f})"
    sure = low is None or high is None or low > 0 or high < 0
    head = f"It {'fell' if total < 0 else 'rose'} {abs(total):.{digits}f}{ends}"
    if not sure:
        sign, head = 1, f"No clear change in all: {total:+.{digits}f}{ends}"
    if not flagged:
        return f"{head}; no part of it stands out."
    shown = [round(sign * part.amount, digits) for part in flagged]
    told = [f"{number:.{digits}f} from {_cause(part)}" for number, part in zip(shown, flagged, strict=True)]
    rest = round(sign * total, digits) - sum(shown)
    return f"{head}: {', '.join(told)}, {rest + 0.0:.{digits}f} unexplained."


def _cause(part: Part) -> str:
    """A part as a cause: "prompt_version v12, mostly within lang=fr"."""
    name, value = part.segment[-1] if part.segment else ("", "")
    words = {
        Kind.ENTERED: f"{name} {value}",
        Kind.LEFT: f"the end of {name} {value}",
        Kind.MIX: f"{part.label} traffic" if part.segment else part.label,
    }.get(part.kind, part.label)
    inner = next((child for child in part.parts if child.flagged and child.segment != part.segment), None)
    if inner is None or abs(inner.amount) < abs(part.amount) / 2:
        return words
    dimension, level = inner.segment[-1]
    return f"{words} (mostly within {dimension}={level})"
