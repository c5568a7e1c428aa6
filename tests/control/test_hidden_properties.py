"""Which properties an organisation has hidden, on SQLite and on PostgreSQL."""

from helicorder.control.access import Access
from helicorder.control.database import Database
from helicorder.control.hidden_properties import HiddenProperties


async def test_what_is_hidden_stays_hidden_until_it_is_restored(database: Database) -> None:
    """Hidden twice is hidden once, restored is gone, and each organisation hides for itself."""
    access, hidden = Access(database), HiddenProperties(database)
    mine, theirs = [await access.create_organization(name) for name in ("mine", "theirs")]
    for key in ("zebra", "Ärger/1", "zebra"):
        await hidden.hide(mine.id, key, "key-1")
    await hidden.hide(theirs.id, "zebra", "key-2")
    assert await hidden.of(mine.id) == ["zebra", "Ärger/1"]
    await hidden.restore(mine.id, "zebra")
    await hidden.restore(mine.id, "never hidden")
    assert await hidden.of(mine.id) == ["Ärger/1"]
    assert await HiddenProperties(database).of(theirs.id) == ["zebra"]
