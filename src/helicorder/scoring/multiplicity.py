"""Many looks at once: which of them stand when all are counted."""

from collections.abc import Sequence


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's adjusted p-values, in the order given: flag those of at most q.

    Benjamini and Hochberg, "Controlling the False Discovery Rate", JRSS-B 57 (1995). The expected share of false flags
    among the flags is then at most q, for independent or positively dependent looks.

    Raises:
        ValueError: a p-value outside [0, 1].
    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415 -- a heavy import, kept from the start of a server

    return [float(p) for p in false_discovery_control(list(p_values))] if p_values else []


def levels_of_looks(adjusted_p: Sequence[float], q: float) -> list[float]:
    """A confidence level for the interval of each look, so that intervals and flags at q say the same.

    An interval at its level leaves 0 out exactly where Benjamini and Hochberg flag the look at q, if it was made as the
    p-value was. Of the flagged a share 1 - q holds, by `level_of_flagged`; the others have the level that one flag more
    would call for.

    Args:
        adjusted_p: what `adjusted` gives.
        q: strictly between 0 and 1.
    """
    looks, flagged = len(adjusted_p), sum(p <= q for p in adjusted_p)
    return [level_of_flagged(flagged if p <= q else flagged + 1, looks, q) for p in adjusted_p]


def level_of_flagged(flagged: int, looks: int, q: float) -> float:
    """The confidence level of the intervals of those that were flagged, so that a share 1 - q of them holds.

    1 - R q / m: Benjamini and Yekutieli, "False Discovery Rate-Adjusted Multiple Confidence Intervals", JASA (2005).

    Raises:
        ValueError: there is no interval to speak of: nothing was flagged, or more than was looked at.
    """
    if not 0 < flagged <= looks:
        raise ValueError(f"flagged {flagged} of {looks}")
    return 1 - flagged * q / looks
