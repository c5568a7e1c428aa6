"""Organisations to move between, files of what they hold, and the command that brings them in."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from helicorder.client import Client
from helicorder.client.operation import Operation, query_of
from helicorder.control.access import Access
from helicorder.control.database import Database
from helicorder.importer.run import Told, import_files
from helicorder.model.ids import new_id
from helicorder.model.principal import Scope
from product_server import Product

ASSIGNED = ("version", "recorded_at", "key_id")
"""What the store that takes a row gives it."""


def organisation(product: Product, *scopes: Scope) -> str:
    """The key of an organisation that holds nothing; made beside the running server, as the command line does."""

    async def made() -> str:
        database = await Database.open("", product.data_dir)
        try:
            access = Access(database)
            owner = await access.create_organization(f"org {new_id()}")
            secret, _ = await access.create_key(owner.id, "k", frozenset(scopes or (Scope.READ, Scope.WRITE)), "test")
            return secret
        finally:
            await database.close()

    return asyncio.run(made())


def command(url: str, key: str, *files: Path) -> list[str]:
    """The command line of an import."""
    return [sys.executable, "-m", "helicorder", "import", *map(str, files), "--url", url, "--key", key]


def brought(url: str, key: str, *files: Path, options: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """An import, run to its end."""
    environment = {name: value for name, value in os.environ.items() if name != "HELICONE_API_KEY"}
    return subprocess.run(
        [*command(url, key, *files), *options],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
        env=environment,
    )


def imported(url: str, key: str, *files: Path) -> list[tuple[int, str]]:
    """An import within this process; the place and the reason of all that was refused, 0 for a whole file."""
    refused: list[tuple[int, str]] = []
    told = Told(lambda _, __, row: refused.append((row.place, row.reason)), lambda _, __: None)
    done = import_files(files, url, key, told)
    return refused + [(0, progress.problem) for progress in done if progress.problem]


def saved(directory: Path, client: Client, file: str, **wanted: str) -> Path:
    """An exported file, as ``scores.csv`` or ``calls.parquet``."""
    subject, _, ending = file.partition(".")
    path = directory / f"{new_id()}-{subject}.{ending}"
    path.write_bytes(b"".join(client.stream(_export(file, wanted))))
    return path


def rows(client: Client, subject: str, **wanted: str) -> list[dict[str, Any]]:
    """What an organisation holds, numbers as they are written, less what its store assigned, in an order of its own."""
    lines = b"".join(client.stream(_export(f"{subject}.jsonl", wanted))).splitlines()
    found = [json.loads(line, parse_int=str, parse_float=str) for line in lines]
    found.sort(key=_in_order)
    return [{name: cell for name, cell in row.items() if name not in ASSIGNED} for row in found]


def _export(file: str, wanted: dict[str, str]) -> Operation[bytes]:
    path = f"/v1/export/{file}{query_of(wanted)}"
    return Operation(method="GET", path=path, read=lambda answer: answer.body)


def _in_order(row: dict[str, Any]) -> tuple[Any, ...]:
    """Rows of one thing together, in the order in which they came about."""
    names = ("target", "target_id", "name", "id", "request_id", "created_at")
    return (*(row.get(name) or "" for name in names), int(row["version"]))
