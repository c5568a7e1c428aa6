"""The control tables as SQLAlchemy sees them; `migrations/` makes them, and a test holds the two together."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from helicorder.model.principal import Scope

metadata = sa.MetaData()


class UtcTime(sa.types.TypeDecorator[dt.datetime]):
    """A moment in UTC with microseconds; always aware, though SQLite keeps no zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        """The same moment, in UTC: what is stored without a zone is UTC."""
        del dialect
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        """The stored moment as an aware UTC time."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


organizations = sa.Table(
    "organizations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("created_at", UtcTime, nullable=False),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("hint", sa.Text, nullable=False),
    sa.Column("secret_hash", sa.Text, nullable=False, unique=True),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("revoked_at", UtcTime),
    sa.Column("updated_at", UtcTime),
)

secrets = sa.Table(
    "secrets",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)

definitions = sa.Table(
    "definitions",
    metadata,
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.Column("updated_by", sa.Text, nullable=False),
)

# Rows of members stay when they are removed, because what they wrote names them; their login and password do not.
members = sa.Table(
    "members",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), nullable=False, index=True),
    sa.Column("login", sa.Text, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("removed_at", UtcTime),
)

# A session is a key's or a member's, never both.
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("secret_hash", sa.Text, nullable=False, unique=True),
    sa.Column("key_id", sa.Text, sa.ForeignKey("api_keys.id"), index=True),
    sa.Column("member_id", sa.Text, sa.ForeignKey("members.id"), index=True),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False, index=True),
    sa.CheckConstraint("(key_id IS NULL) <> (member_id IS NULL)", name="sessions_have_one_owner"),
)

# A browser that a member signed in with before. Members who share one share its secret.
devices = sa.Table(
    "devices",
    metadata,
    sa.Column("secret_hash", sa.Text, primary_key=True),
    sa.Column("member_id", sa.Text, sa.ForeignKey("members.id"), primary_key=True, index=True),
    sa.Column("expires_at", UtcTime, nullable=False, index=True),
)


def scopes_of(text: str) -> frozenset[Scope]:
    """The scopes of a key as they are stored: words with blanks between them."""
    return frozenset(map(Scope, text.split()))


hidden_properties = sa.Table(
    "hidden_properties",
    metadata,
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("hidden_at", UtcTime, nullable=False),
    sa.Column("hidden_by", sa.Text, nullable=False),
)

queues = sa.Table(
    "queues",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), nullable=False, index=True),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("archived_at", UtcTime),
)

queue_items = sa.Table(
    "queue_items",
    metadata,
    sa.Column("queue_id", sa.Text, sa.ForeignKey("queues.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Column("called_at", UtcTime, nullable=False),
    sa.Column("inclusion", sa.Double),
    sa.Column("wanted", sa.Integer, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.UniqueConstraint("queue_id", "request_id", name="queue_items_once"),
)

queue_skips = sa.Table(
    "queue_skips",
    metadata,
    sa.Column("queue_id", sa.Text, sa.ForeignKey("queues.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("annotator", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("skipped_at", UtcTime, nullable=False),
)

# An item that is held for somebody; what has run out is nobody's, and goes when the queue is next asked.
queue_holds = sa.Table(
    "queue_holds",
    metadata,
    sa.Column("queue_id", sa.Text, sa.ForeignKey("queues.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("annotator", sa.Text, primary_key=True),
    sa.Column("held_until", UtcTime, nullable=False),
)

# After how many days an organisation's rows are deleted; NULL: no limit.
retentions = sa.Table(
    "retentions",
    metadata,
    sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), primary_key=True),
    sa.Column("calls_days", sa.Integer),
    sa.Column("bodies_days", sa.Integer),
    sa.Column("scores_days", sa.Integer),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.Column("updated_by", sa.Text, nullable=False),
)
