"""Keep what was known when: rollups of differences by known day, and the days of each lead."""

import sqlalchemy as sa
from alembic import op

revision = "api_0003"
down_revision = "api_0002"

ZERO = sa.text("0")
PARTLY_FILLED = {"fillfactor": 70}


def upgrade() -> None:
    """Make everything; the projector fills it at its start."""
    comment = "Differences: summed over known days up to one they are what was known at its close."
    _rollup("funnel_known", "stage", ("entered", "reached", "current"), comment)
    _rollup("revenue_known", "currency", ("customers", "revenue"), "As funnel_known.")
    op.create_table(
        "lead_days",
        sa.Column("lead_id", sa.Uuid, primary_key=True),
        sa.Column("definition_version", sa.Integer, primary_key=True),
        sa.Column("known_day", sa.Date, primary_key=True),
        sa.Column("chain", sa.LargeBinary, nullable=False),
        comment="The course of a known day of a lead; of the last one only if it has several causes.",
    )
    op.create_table(
        "known_leads",
        sa.Column("definition_version", sa.Integer, primary_key=True),
        sa.Column("known_day", sa.Date, primary_key=True),
        sa.Column("cause", sa.Text, primary_key=True),
        sa.Column("lead_id", sa.Uuid, primary_key=True),
        comment="Which leads changed numbers of days before a known day.",
    )


def _rollup(table: str, name: str, measures: tuple[str, ...], comment: str) -> None:
    op.create_table(
        table,
        sa.Column("definition_version", sa.Integer, primary_key=True),
        sa.Column("basis", sa.Text, primary_key=True),
        sa.Column("dimension", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column(name, sa.Text, primary_key=True),
        sa.Column("known_day", sa.Date, primary_key=True),
        sa.Column("cause", sa.Text, primary_key=True),
        *(sa.Column(measure, sa.BigInteger, nullable=False, server_default=ZERO) for measure in measures),
        postgresql_with=PARTLY_FILLED,
        comment=comment,
    )
