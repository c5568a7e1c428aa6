"""Rows to load, and databases to load them into."""

import contextlib
import datetime as dt
import itertools
from collections.abc import AsyncIterator, Sequence

from helicorder.model.call import Call
from helicorder.model.ids import new_id
from helicorder.model.row import Row, Stamped
from helicorder.model.score import PropertyEdit, Score, ScoreKind
from helicorder.providers.conversation.digest import digest_of
from helicorder.telemetry.client import Telemetry
from helicorder.telemetry.load import Loader

NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
ORG = "org-a"


def call(request_id: str, minutes: float = 0, **fields: object) -> Call:
    """A call some minutes after noon."""
    at = NOON + dt.timedelta(minutes=minutes)
    given: dict[str, object] = {
        "org_id": ORG, "request_id": request_id, "created_at": at, "response_at": at, "provider": "OPENAI",
        "model": "gpt-4o", "status": 200,
    }  # fmt: skip
    return Call(**(given | fields))  # type: ignore[arg-type] # -- fields of many types


def score(request_id: str, name: str, value: float, minutes: float = 0, org_id: str = ORG) -> Score:
    """A score judged some minutes after noon; True and False make a boolean."""
    kind = ScoreKind.BOOLEAN if isinstance(value, bool) else ScoreKind.NUMERIC
    return Score(org_id, request_id, name, kind, float(value), NOON + dt.timedelta(minutes=minutes))


def edit(request_id: str, key: str, value: str, org_id: str = ORG) -> PropertyEdit:
    """A property put on a request."""
    return PropertyEdit(org_id, request_id, key, value, NOON)


async def load(telemetry: Telemetry, batch: Sequence[Stamped]) -> None:
    """Loads a batch as a server does that has just started."""
    await Loader(telemetry, digest_of).load(batch)


class Store:
    """A store and the versions it has been given."""

    def __init__(self, telemetry: Telemetry) -> None:
        self.telemetry = telemetry
        self._versions = itertools.count(1)

    async def load(self, *rows: Row) -> list[Stamped]:
        """Loads rows as the next versions and gives them back stamped."""
        batch = [Stamped(next(self._versions), row) for row in rows]
        await load(self.telemetry, batch)
        return batch


@contextlib.asynccontextmanager
async def database(url: str) -> AsyncIterator[Telemetry]:
    """A database without tables, dropped at the end."""
    name = "test_" + new_id().replace("-", "")
    telemetry = Telemetry(f"{url}/{name}")
    try:
        yield telemetry
        await telemetry.command("DROP DATABASE IF EXISTS {name:Identifier}", {"name": name})
    finally:
        await telemetry.close()
