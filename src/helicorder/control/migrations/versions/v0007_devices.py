"""Browsers that members signed in with before."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Makes the table: a row for each browser and member; members who share a browser share its secret."""
    op.create_table(
        "devices",
        sa.Column("secret_hash", sa.Text, primary_key=True),
        sa.Column("member_id", sa.Text, sa.ForeignKey("members.id"), primary_key=True, index=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
