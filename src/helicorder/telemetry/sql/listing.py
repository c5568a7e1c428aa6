"""Statements that list current scores, filtered on any of their fields, page by page."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from helicorder.model.filter import Everything, Filter
from helicorder.telemetry.sql.conditions import Query, Statement, condition
from helicorder.telemetry.sql.current import current

RECORD = (
    "target_id, target, name, score_id, revision AS version, kind, value, label, text, comment, metadata, source, "
    "author, judged_at, inclusion, attached"
)
ONE_OF = ("name", "kind", "source", "author", "target", "target_id", "score_id", "label")
"""Columns that a listing may be narrowed to some values of."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which scores to list; every part narrows, and None or empty leaves open.

    Attributes:
        one_of: per column of ONE_OF the values to keep.
        value_from, value_to: of numbers, both included.
        judged_from, judged_to, recorded_from, recorded_to: the later end is not included.
        text: a part of a text or of a correction; comment: of the comment. Case does not matter.
        attached: whether the judged call is there; drawn: whether an inclusion probability is stated.
        where: a filter on the judged call.
    """

    one_of: Mapping[str, Sequence[str]] = {}
    value_from: float | None = None
    value_to: float | None = None
    judged_from: dt.datetime | None = None
    judged_to: dt.datetime | None = None
    recorded_from: dt.datetime | None = None
    recorded_to: dt.datetime | None = None
    text: str = ""
    comment: str = ""
    metadata: Mapping[str, str] = {}
    attached: bool | None = None
    drawn: bool | None = None
    where: Filter = Everything()

    def condition(self, statement: Statement) -> str:
        """The condition on rows of ``scores``.

        Raises:
            Invalid: the filter on calls says something that cannot be asked.
        """
        parts = [condition(statement, self.where), *self._ranges(statement)]
        kept = {column: self.one_of[column] for column in ONE_OF if self.one_of.get(column)}
        for column, values in kept.items():
            parts += [f"{column} IN ({', '.join(statement.text(value) for value in values)})"]
        for column, part in (("text", self.text), ("comment", self.comment)):
            if part:
                parts.append(f"positionCaseInsensitiveUTF8({column}, {statement.text(part)}) > 0")
        parts += [f"metadata[{statement.text(key)}] = {statement.text(value)}" for key, value in self.metadata.items()]
        if self.attached is not None:
            parts.append("attached" if self.attached else "NOT attached")
        if self.drawn is not None:
            parts.append("inclusion != 0" if self.drawn else "inclusion = 0")
        return " AND ".join(parts)

    def _ranges(self, statement: Statement) -> list[str]:
        parts = []
        for value, comparison in ((self.value_from, ">="), (self.value_to, "<=")):
            if value is not None:
                parts.append(
                    f"kind IN ('numeric', 'boolean') AND value {comparison} {statement.bind('Float64', value)}"
                )
        recorded = "fromUnixTimestamp64Micro(toInt64(revision), 'UTC')"
        for column, start, end in (
            ("judged_at", self.judged_from, self.judged_to),
            (recorded, self.recorded_from, self.recorded_to),
        ):
            if start is not None:
                parts.append(f"{column} >= {statement.instant(start)}")
            if end is not None:
                parts.append(f"{column} < {statement.instant(end)}")
        return parts


def page(org_id: str, wanted: Wanted, before: int | None, limit: int, as_of: int | None) -> Query:
    """Current scores, the newest first, below a version; versions are unique, so pages neither overlap nor leave gaps.

    A name narrows what is read to one stretch of the key; without one every score of the organisation is read.
    """
    statement = Statement(org_id, judged=True, as_of=as_of)
    where = wanted.condition(statement)
    if before is not None:
        where += f" AND revision < {statement.bind('UInt64', before)}"
    return statement.query(
        f"SELECT {RECORD} {current(statement, where)} ORDER BY revision DESC LIMIT {statement.bind('UInt64', limit)}"
    )


def count(org_id: str, wanted: Wanted, as_of: int | None) -> Query:
    """How many current scores are wanted, as ``n``."""
    statement = Statement(org_id, judged=True, as_of=as_of)
    return statement.query(f"SELECT count() AS n {current(statement, wanted.condition(statement))}")


def orphans(org_id: str, until: dt.datetime, after: int, limit: int) -> Query:
    """Scores of requests whose call has not come, recorded before a time, the oldest first, above a version.

    They stand at 1970, in a part of the table of their own.
    """
    statement = Statement(org_id, judged=True)
    where = _orphan(statement, until) + f" AND revision > {statement.bind('UInt64', after)}"
    return statement.query(
        f"SELECT {RECORD} {current(statement, where)} ORDER BY revision LIMIT {statement.bind('UInt64', limit)}"
    )


def count_of_orphans(org_id: str, until: dt.datetime) -> Query:
    """How many orphans there are, as ``n``."""
    statement = Statement(org_id, judged=True)
    return statement.query(f"SELECT count() AS n {current(statement, _orphan(statement, until))}")


def _orphan(statement: Statement, until: dt.datetime) -> str:
    return (
        "created_at = toDateTime64(0, 6, 'UTC') AND NOT attached AND target = 'request' AND "
        f"fromUnixTimestamp64Micro(toInt64(revision), 'UTC') < {statement.instant(until)}"
    )
