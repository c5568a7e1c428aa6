"""The statement that reads which properties there are."""

from helicorder.telemetry.sql.conditions import Query, Statement


def keys(org_id: str) -> Query:
    """The names of all properties of an organisation's calls, put there with them or later: ``key``, sorted."""
    return Statement(org_id).query(
        "SELECT DISTINCT key FROM (SELECT arrayJoin(properties.keys) AS key FROM calls WHERE org_id = {org:String} "
        "UNION ALL SELECT key FROM property_edits WHERE org_id = {org:String}) ORDER BY key"
    )
