"""A stretch of time and the one before it, as long by the calendar: a week of the clock change has a week before it."""

import datetime as dt
from calendar import monthrange

import msgspec

from helicorder.errors import Invalid
from helicorder.model.window import Bucket, Window, zone_of

_MONTHS = {Bucket.MONTH: 1, Bucket.YEAR: 12}
_DAY = dt.timedelta(days=1)


class Step(msgspec.Struct, frozen=True):
    """A distance between two times: whole months and a time by the zone's wall clock, or a time that passes.

    Attributes:
        months: whole months; wall: what the clock on the wall shows more; passing: what a stopwatch shows more.
    """

    zone: str
    months: int = 0
    wall: dt.timedelta = dt.timedelta()
    passing: dt.timedelta = dt.timedelta()

    def after(self, at: dt.datetime) -> dt.datetime:
        """The time that lies so much later, in UTC."""
        return self._moved(at, 1)

    def before(self, at: dt.datetime) -> dt.datetime:
        """The time that lies so much earlier, in UTC."""
        return self._moved(at, -1)

    def _moved(self, at: dt.datetime, sign: int) -> dt.datetime:
        if self.passing:
            return at.astimezone(dt.UTC) + sign * self.passing
        local = _plus_months(_wall(at, self.zone), sign * self.months) + sign * self.wall
        return local.replace(tzinfo=zone_of(self.zone)).astimezone(dt.UTC)


def step_of(window: Window, bucket: Bucket, zone: str) -> Step:
    """How far the window before a window lies back.

    By months where the buckets are months or years and the window is a whole number of them, so that the quarter
    before has three months too; by the wall clock where it spans a day or more, so that Monday stands below Monday
    though a day in between had 23 hours; else by the time that passes.
    """
    start, end = _wall(window.start, zone), _wall(window.end, zone)
    months = (end.year - start.year) * 12 + end.month - start.month
    same_day = start.day == end.day and start.time() == end.time()
    if bucket in _MONTHS and months > 0 and same_day and months % _MONTHS[bucket] == 0:
        return Step(zone, months=months)
    wall, passing = end - start, window.end - window.start
    whole_days = wall > dt.timedelta() and not wall % _DAY
    return Step(zone, wall=wall) if whole_days or passing >= _DAY else Step(zone, passing=passing)


def before(window: Window, step: Step) -> Window:
    """The window that ends where another begins.

    Raises:
        Invalid: time does not reach back so far.
    """
    try:
        return Window(step.before(window.start), window.start)
    except (OverflowError, ValueError):
        raise Invalid("There is no time before this window.") from None


def _wall(at: dt.datetime, zone: str) -> dt.datetime:
    return at.astimezone(zone_of(zone)).replace(tzinfo=None)


def _plus_months(local: dt.datetime, months: int) -> dt.datetime:
    """The same day and time in another month; its last day where it is too short."""
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    days = monthrange(year, month + 1)[1]
    return local.replace(year=year, month=month + 1, day=min(local.day, days))
