"""Queues of calls to label."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Makes the tables. What a queue asks for and how it was drawn is JSON, so that it may grow without a migration.

    Which items are done is in no table: the scores say it.
    """
    op.create_table(
        "queues",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("org_id", sa.Text, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_queues_org_id", "queues", ["org_id"])
    op.create_table(
        "queue_items",
        sa.Column("queue_id", sa.Text, sa.ForeignKey("queues.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inclusion", sa.Double),
        sa.Column("wanted", sa.Integer, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.UniqueConstraint("queue_id", "request_id", name="queue_items_once"),
    )
    for table, column in (("queue_skips", "skipped_at"), ("queue_holds", "held_until")):
        reasons = [sa.Column("reason", sa.Text, nullable=False)] if table == "queue_skips" else []
        op.create_table(
            table,
            sa.Column("queue_id", sa.Text, sa.ForeignKey("queues.id"), primary_key=True),
            sa.Column("number", sa.Integer, primary_key=True),
            sa.Column("annotator", sa.Text, primary_key=True),
            *reasons,
            sa.Column(column, sa.DateTime(timezone=True), nullable=False),
        )
