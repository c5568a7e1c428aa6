"""What is on disk is its owner's alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from helicorder.model.ids import new_id
from product_server import Product


@pytest.fixture
def careless() -> Iterator[None]:
    """A umask that keeps nothing from anybody."""
    usual = os.umask(0)
    yield
    os.umask(usual)


def open_to_others(directory: Path) -> list[str]:
    """The files and directories of a data directory that others may do anything with.

    Links are left out: on Linux the mode of every link is 0777, and what counts is the mode of what it leads to.
    """
    entries = [directory, *directory.rglob("*")]
    assert any(entry.match("engine/store/store/*/*/*/*") for entry in entries), "no part of a table was looked at"
    return [str(entry) for entry in entries if not entry.is_symlink() and entry.lstat().st_mode & 0o077]


def write(product: Product, calls: int) -> None:
    """Writes that make parts of tables, each with a read behind it, and a merge of them."""
    for number in range(calls):
        answer = product.ask("POST", f"/v1/request/{new_id()}/score", {"scores": {"a": number}})
        assert answer.status == 200, answer.body
        product.query()


@pytest.mark.usefixtures("careless")
def test_nothing_is_open_to_others(fresh_product: Product) -> None:
    """Under a umask of 0, after writes, merges, commands, a kill and a second start, nobody else may do anything."""
    fresh_product.start()
    write(fresh_product, 12)
    assert fresh_product.command("members", "create", "ada", "--role", "admin").returncode == 0
    assert open_to_others(fresh_product.data_dir) == []
    fresh_product.kill()
    fresh_product.start()
    write(fresh_product, 3)
    fresh_product.engine().kill()
    fresh_product.wait_ready()
    assert open_to_others(fresh_product.data_dir) == []
    assert fresh_product.stop() == 0
    assert open_to_others(fresh_product.data_dir) == []


def test_what_was_open_to_others_is_shut_by_the_next_start(fresh_product: Product) -> None:
    """A data directory that was copied without its modes is its owner's alone once the server has started on it."""
    fresh_product.start()
    write(fresh_product, 3)
    assert fresh_product.stop() == 0
    for path in [fresh_product.data_dir, *fresh_product.data_dir.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o777 if path.is_dir() else 0o666)
    fresh_product.start()
    assert open_to_others(fresh_product.data_dir) == []
