"""Definitions of scores."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the table; the content is the definition as JSON, so that it may grow without a migration."""
    op.create_table(
        "definitions",
        sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Text, nullable=False),
    )
