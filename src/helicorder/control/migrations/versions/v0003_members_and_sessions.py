"""Members, browser sessions, and when a key was last changed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the tables. A removed member has no login, so the name is free for another; its row stays."""
    op.add_column("api_keys", sa.Column("updated_at", sa.DateTime(timezone=True)))
    op.create_table(
        "members",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("login", sa.Text, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_members_org_id", "members", ["org_id"])
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("secret_hash", sa.Text, nullable=False, unique=True),
        sa.Column("key_id", sa.Text, sa.ForeignKey("api_keys.id")),
        sa.Column("member_id", sa.Text, sa.ForeignKey("members.id")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(key_id IS NULL) <> (member_id IS NULL)", name="sessions_have_one_owner"),
    )
    for column in ("key_id", "member_id", "expires_at"):
        op.create_index(f"ix_sessions_{column}", "sessions", [column])
