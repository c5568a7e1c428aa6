"""Statements that list and check parts, the files in which a ClickHouse keeps the rows of one insert or one merge."""

RECENT_PARTS = (
    "SELECT table, name FROM system.parts WHERE database = currentDatabase() AND active "
    "AND modification_time >= fromUnixTimestamp({since:Int64})"
)
"""The parts that an insert or a merge has made since some second of 1970, as ``table`` and ``name``."""

STOP_MERGES = "SYSTEM STOP MERGES"
START_MERGES = "SYSTEM START MERGES"


def check(table: str, part: str) -> str:
    """Whether all files of a part are as they were written: ``part_path``, ``is_passed`` and ``message``."""
    return f"CHECK TABLE `{table}` PART '{part}' SETTINGS check_query_single_value_result = 0"
