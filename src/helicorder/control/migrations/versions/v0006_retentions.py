"""How long organisations keep what they recorded."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Makes the table: a row for each organisation that has set a limit; NULL is none."""
    op.create_table(
        "retentions",
        sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), primary_key=True),
        sa.Column("calls_days", sa.Integer),
        sa.Column("bodies_days", sa.Integer),
        sa.Column("scores_days", sa.Integer),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Text, nullable=False),
    )
