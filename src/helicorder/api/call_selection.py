"""Which calls a question is about: the part of a body that series, breakdowns and sessions have in common."""

import datetime as dt
from typing import Any

import msgspec

from helicorder.api.filters import read_filter, read_time
from helicorder.api.search import read_search
from helicorder.errors import Invalid
from helicorder.model.filter import Both, Everything, Filter
from helicorder.model.window import Window

USUAL = dt.timedelta(days=30)


class CallSelection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Calls from ``start`` to before ``end``, ISO 8601, that a filter takes.

    ``end`` is now where it is not given, and ``start`` then lies as far back as suits the question. ``filter`` is
    Helicone's tree; "all" and {} mean every call.
    """

    start: str | None = None
    end: str | None = None
    filter: Any = "all"

    def window(self, now: dt.datetime, span: dt.timedelta = USUAL) -> Window:
        """The time that is asked for.

        Raises:
            Invalid: times that are none, or that end before they start.
        """
        end = now if self.end is None else read_time("end", self.end)
        try:
            start = end - span if self.start is None else read_time("start", self.start)
        except OverflowError:
            raise Invalid("end: too early.") from None
        if start >= end:
            raise Invalid("start: must be before end.")
        return Window(start, end)


class SearchedCalls(CallSelection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Calls of a selection that say something: ``search`` are words that must occur, as in /v1/calls/query."""

    search: str = ""

    def wanted(self) -> Filter:
        """The filter and the search together.

        Raises:
            Invalid: either is not understood.
        """
        return both(read_filter(self.filter), read_search(self.search))


def both(wanted: Filter, searched: Filter) -> Filter:
    """A filter, narrowed by a search where there is one."""
    return wanted if isinstance(searched, Everything) else Both(wanted, searched)
