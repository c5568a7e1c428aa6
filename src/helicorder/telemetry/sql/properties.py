"""The statements that read which properties there are, and what share of calls has them."""

# ruff: noqa: S608 -- what is put together here are this package's own words and placeholders

from helicorder.telemetry.sql.conditions import Query, Statement, current_edits
from helicorder.telemetry.sql.tenant import read


def keys(org_id: str) -> Query:
    """The names of all properties of an organisation's calls, put there with them or later: ``key``, sorted."""
    return Statement(org_id).query(
        f"SELECT DISTINCT key FROM (SELECT arrayJoin(properties.keys) AS key {read('calls')} "
        f"UNION ALL SELECT key {read('property_edits')}) ORDER BY key"
    )


def coverage(statement: Statement, where: str) -> Query:
    """Per ``key`` how many calls that a condition takes have it, ``n``, and how many ``values`` they give it.

    An edit is laid over what the call came with; the most used come first.
    """
    edits = (
        "SELECT request_id, mapFromArrays(groupArray(key), groupArray(value)) AS edited "
        f"FROM ({current_edits(statement, 'true')}) GROUP BY request_id"
    )
    whole = "mapUpdate(CAST(properties, 'Map(String, String)'), edited) AS whole"
    calls = read(f"calls FINAL LEFT ANY JOIN ({edits}) AS edits USING (request_id)", where)
    return statement.query(
        f"SELECT key, count() AS n, uniqExact(value) AS values FROM (SELECT {whole} {calls}) "
        "ARRAY JOIN mapKeys(whole) AS key, mapValues(whole) AS value GROUP BY key ORDER BY n DESC, key"
    )
