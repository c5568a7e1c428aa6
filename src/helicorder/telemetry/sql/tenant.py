"""The one place through which statements reach the rows of tables that hold the rows of several tenants.

A statement states its tenant as the parameter ``org``. What is printed here compares it with the column of the very
table that is read: ``org_id`` leads every key, so no granule of another tenant is opened. Each further condition gets
parentheses of its own, so that an OR in it cannot widen what is read.
"""


def read(source: str, *conditions: str) -> str:
    """``FROM ... WHERE ...``: the tenant's rows of a table that satisfy all conditions.

    Args:
        source: the table, with FINAL where it looks through repetitions, and with what is joined to it.
        conditions: on the table's columns, and on what is joined; an empty one is left out.
    """
    return f"FROM {source} WHERE {restrict(*conditions)}"


def restrict(*conditions: str) -> str:
    """The condition that a row is the tenant's and satisfies all conditions."""
    return " AND ".join(["org_id = {org:String}", *(f"({condition})" for condition in conditions if condition)])


def read_all_tenants(source: str, *conditions: str) -> str:
    """`read`, of the rows of all tenants: for what the server does for all of them, and whose answer goes to none."""
    return f"FROM {source} WHERE {' AND '.join(f'({condition})' for condition in conditions if condition)}"
