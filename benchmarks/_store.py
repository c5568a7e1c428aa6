"""A store to measure on: filled once, by the engine itself, before the product is started on it."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from product_server import Product

MEMORY_MB = 4096


def organisation(data: Path) -> str:
    """The id of the one organisation of a data directory."""
    with contextlib.closing(sqlite3.connect(data / "control.sqlite")) as control:
        [(org_id,)] = control.execute("SELECT id FROM organizations")
        return str(org_id)


def prepared(data: Path, fill: Callable[[Path, str], Coroutine[Any, Any, None]]) -> Product:
    """The product started on a data directory, which is made and filled if it is not there.

    Args:
        data: the data directory.
        fill: given the engine's directory and the organisation.
    """
    server = Product(data, log_level="error", engine_memory_mb=str(MEMORY_MB))
    if not data.exists():
        data.mkdir(parents=True)
        server.start()
        server.stop()
        asyncio.run(fill(data / "engine", organisation(data)))
    return server.start()
