"""What calls can be cut by: their columns, what follows from them, and any property as it was edited last."""

from collections.abc import Collection, Sequence

from helicorder.errors import Invalid
from helicorder.telemetry.sql.calls import with_edits
from helicorder.telemetry.sql.conditions import OUTCOME, Query, Statement, spellings
from helicorder.telemetry.sql.dimensions import PROPERTY
from helicorder.telemetry.sql.tenant import read

EXPRESSIONS = {
    **{
        column: f"toString({column})"
        for column in (
            "model",
            "provider",
            "request_model",
            "prompt_id",
            "prompt_version",
            "user_id",
            "session_id",
            "session_name",
            "session_path",
            "status",
            "ending",
            "country_code",
            "referrer",
            "path",
        )
    },
    "error": OUTCOME,
    "streamed": "if(streamed, 'yes', 'no')",
}
"""The value of each dimension as text, on rows of ``calls``; empty where it is not known."""


def checked(name: str) -> str:
    """The name of a dimension of calls, unchanged.

    Raises:
        Invalid: neither a key of EXPRESSIONS nor ``property:NAME``.
    """
    if name in EXPRESSIONS or (name.startswith(PROPERTY) and name != PROPERTY):
        return name
    raise Invalid(f"{name!r} is no dimension of calls: use {', '.join(EXPRESSIONS)} or property:NAME.")


def properties_of(names: Sequence[str]) -> list[str]:
    """The properties among some dimensions.

    Raises:
        Invalid: as `checked`.
    """
    return [name.removeprefix(PROPERTY) for name in map(checked, names) if name not in EXPRESSIONS]


def edited_keys(org_id: str, properties: Sequence[str]) -> Query:
    """Which of some properties, in either spelling, were ever edited: ``key``."""
    statement = Statement(org_id)
    keys = [statement.text(spelling) for name in properties for spelling in spellings(name)]
    wanted = f"key IN ({', '.join(keys)})"
    return statement.query(f"SELECT DISTINCT key {read('property_edits', wanted)}")


def cut_by(statement: Statement, names: Sequence[str], edited: Collection[str]) -> tuple[str, list[str]]:
    """(what is joined to ``calls``, the value of each dimension as text).

    ``edited`` are the keys of `edited_keys`: a property that nobody edited is read from the call, without a join.
    """
    joined, read = read_properties(statement, properties_of(names), edited)
    return joined, [EXPRESSIONS.get(name) or read[name.removeprefix(PROPERTY)] for name in names]


def read_properties(statement: Statement, names: Sequence[str], edited: Collection[str]) -> tuple[str, dict[str, str]]:
    """(what is joined to ``calls``, the value of each property by name); ``edited`` as in `cut_by`."""
    touched = [name for name in names if set(spellings(name)) & set(edited)]
    joined, values = with_edits(statement, *touched) if touched else ("", [])
    return joined, {name: _own_property(statement, name) for name in names} | dict(zip(touched, values, strict=True))


def _own_property(statement: Statement, name: str) -> str:
    """A property as the call has it, in the first spelling that it has."""
    keys = [statement.text(spelling) for spelling in spellings(name)]
    own = [f"properties[{key}]" for key in keys]
    return own[0] if len(own) == 1 else f"if(mapContains(properties, {keys[0]}), {own[0]}, {own[1]})"
