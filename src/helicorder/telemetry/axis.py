"""The time axis of a chart."""

import msgspec

from helicorder.model.analysis import Clock
from helicorder.model.window import Bucket, Window

__all__ = ["Axis", "Clock"]


class Axis(msgspec.Struct, frozen=True):
    """A window of time cut into buckets.

    A bucket begins where the clock and the calendar of the zone say, so a day may have 23 or 25 hours; weeks begin on
    Monday. The window cuts its first and last bucket where it begins or ends inside them.

    Attributes:
        zone: an IANA time zone name that has been checked (`model.window.checked_zone`).
    """

    window: Window
    bucket: Bucket
    zone: str = "UTC"
    clock: Clock = Clock.JUDGED
