"""Properties that an organisation does not want to see in lists."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes the table: a row for each property that is hidden."""
    op.create_table(
        "hidden_properties",
        sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hidden_by", sa.Text, nullable=False),
    )
