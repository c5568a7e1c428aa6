"""An engine whose disk fills up."""

import pathlib
from typing import Any

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from engine.conftest import Connect
from helicorder.engine.supervisor import Engine
from helicorder.telemetry.client import NOT_NOW
from small_disks import fill, small_disk

pytestmark = pytest.mark.flaky(reruns=0)  # what is lost once in a while is lost


async def test_an_insert_on_a_full_disk_is_an_error(tmp_path: pathlib.Path, connect: Connect) -> None:
    """Each insert on a full disk either fails or is there whole afterwards; freed space is used without a restart."""
    with small_disk(tmp_path / "disk", 64) as disk:
        engine = await Engine.start(disk / "store", memory_mb=1024, threads=2)
        client = await connect(engine.url)
        await client.command("CREATE TABLE t (a UInt64, b String) ENGINE = MergeTree ORDER BY a")
        taken = [n for n in range(60) if await is_inserted(client, disk, n)]
        assert len(taken) < 60
        (disk / "ballast").unlink()
        await client.insert("t", [[60, "after"]] * 20, column_names=["a", "b"])
        held = await client.query("SELECT a, count() FROM t GROUP BY a ORDER BY a")
        assert held.result_rows == [(number, 20) for number in [*taken, 60]]
        await engine.stop()


async def is_inserted(client: Any, disk: pathlib.Path, number: int) -> bool:
    """Whether the engine says that it took twenty rows, with between no and 39 free blocks."""
    fill(disk, leave=4096 * (number % 40))
    try:
        await client.insert("t", [[number, "x" * 500]] * 20, column_names=["a", "b"])
    except DatabaseError as error:
        if error.code not in NOT_NOW:
            raise
        return False
    return True
