"""What scores can be cut by: columns of the judged call, of the score, and any property."""

from helicorder.errors import Invalid
from helicorder.telemetry.sql.conditions import Statement, spellings

COLUMNS = (
    "model",
    "provider",
    "prompt_id",
    "prompt_version",
    "user_id",
    "session_name",
    "status",
    "country_code",
    "source",
    "author",
)
PROPERTY = "property:"
OF_SCORES = frozenset({"source", "author"})
"""Dimensions that a call does not have."""


def checked_dimension(name: str) -> str:
    """The name of a dimension, unchanged.

    Raises:
        Invalid: neither a column that scores are cut by nor ``property:NAME``.
    """
    if name in COLUMNS or (name.startswith(PROPERTY) and name != PROPERTY):
        return name
    raise Invalid(f"{name!r} is no dimension: use {', '.join(COLUMNS)} or property:NAME.")


def expression(statement: Statement, name: str) -> str:
    """The value of a dimension as text, on rows of ``scores``; a property is read as a filter reads it.

    Raises:
        Invalid: as `checked_dimension`.
    """
    if not checked_dimension(name).startswith(PROPERTY):
        return f"toString({name})"
    given, *lowered = [f"properties[{statement.text(key)}]" for key in spellings(name.removeprefix(PROPERTY))]
    return given if not lowered else f"if({given} = '', {lowered[0]}, {given})"
