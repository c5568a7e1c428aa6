"""Reading back what was loaded, from a store that forgets."""

from collections.abc import Sequence

import pytest

from helicorder.errors import StoreGap
from helicorder.model.row import Row, Stamped
from helicorder.telemetry.client import Telemetry
from telemetry.harness import Store, call, edit, load, score


class Forgetful(Telemetry):
    """A store that answers success and drops the last row of each insert into one table."""

    forgets = ""

    async def insert(
        self, table: str, names: Sequence[str], types: Sequence[str], columns: Sequence[Sequence[object]]
    ) -> None:
        """Inserts all rows, or all but the last."""
        kept = [column[:-1] for column in columns] if table == self.forgets else columns
        await super().insert(table, names, types, kept)


BATCH: list[Row] = [
    call("a", request_body="{}"), call("b", request_body="{}"), call("b", request_body="[]"), score("a", "q", 1),
    score("a", "q", 2), edit("a", "k", "v"), edit("a", "k", "w"),
]  # fmt: skip
STAMPED = [Stamped(version, row) for version, row in enumerate(BATCH, 1)]


@pytest.mark.parametrize("table", ["calls", "bodies", "score_versions", "score_changes", "property_edits"])
async def test_a_store_that_claims_more_than_it_holds_is_noticed(store: Store, table: str) -> None:
    """A load fails while any table misses one of its rows, and the same batch passes once the store keeps all."""
    forgetful = Forgetful(store_url(store.telemetry))
    forgetful.forgets = table
    try:
        with pytest.raises(StoreGap):
            await load(forgetful, STAMPED)
        forgetful.forgets = ""
        await load(forgetful, STAMPED)
    finally:
        await forgetful.close()


async def test_a_batch_is_loaded_again_after_later_ones(store: Store) -> None:
    """A replay of a batch whose rows were replaced since is no gap."""
    later = [Stamped(stamped.version + 100, stamped.row) for stamped in STAMPED]
    for batch in (STAMPED, later, STAMPED, STAMPED):
        await load(store.telemetry, batch)


async def test_a_call_without_texts_is_no_gap(store: Store) -> None:
    """A call that says nothing of its texts, before or after one that does, passes."""
    await load(store.telemetry, [Stamped(1, call("a", without_texts=True)), Stamped(2, call("b", request_body="{}"))])
    await load(store.telemetry, [Stamped(3, call("b", without_texts=True))])


def store_url(telemetry: Telemetry) -> str:
    """The URL of a store's database."""
    scheme, host, port, user, password, database = telemetry._address
    return f"{scheme}://{user}:{password}@{host}:{port}/{database}"
