"""An ingest of each test's own."""

import functools
import pathlib

import pytest

from ingest.harness import Clock, Opener, Store, running


@pytest.fixture
def store() -> Store:
    """An empty store that takes everything."""
    return Store()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def opened(tmp_path: pathlib.Path, store: Store) -> Opener:
    """Opens an Ingest on the test's directory and closes it at the end of the block."""
    return functools.partial(running, tmp_path, store)
