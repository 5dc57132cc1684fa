"""Make the read models, the daily rollups, and what the loop needs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "api_0001"
down_revision = None

ZERO = sa.text("0")
NOW = sa.text("now()")
NO_TEXTS = sa.text("'{}'")
MOMENT = sa.DateTime(timezone=True)
PARTLY_FILLED = {"fillfactor": 70}


def upgrade() -> None:
    _leads()
    _deals()
    _rollup("funnel_daily", "stage", "entered", "reached", "current")
    _rollup("revenue_daily", "currency", "customers", "revenue")
    op.create_table(
        "projections",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("contribution_version", sa.SmallInteger, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        comment="How the rollups were cut; another time zone or contribution has them rebuilt.",
    )
    _notes_and_dead_letters()
    _views()


def _leads() -> None:
    op.create_table(
        "leads",
        sa.Column("lead_id", sa.Uuid, primary_key=True),
        sa.Column("definition_version", sa.Integer, primary_key=True),
        sa.Column("outcome_revision", sa.BigInteger, nullable=False, server_default=ZERO),
        sa.Column("score_revision", sa.BigInteger, nullable=False, server_default=ZERO),
        sa.Column("redirect_to", sa.Uuid),
        sa.Column("status", sa.Text, comment="Null until an outcome arrived."),
        sa.Column("captured_at", MOMENT, comment="Null for a visitor, who is in no stage."),
        sa.Column("cohort_day", sa.Date, comment="The day of captured_at in the reporting time zone."),
        sa.Column("channel", sa.Text),
        sa.Column("source", sa.Text),
        sa.Column("medium", sa.Text),
        sa.Column("campaign", sa.Text),
        sa.Column("content", sa.Text),
        sa.Column("outlet", sa.Text),
        sa.Column("form", sa.Text),
        sa.Column("partner", sa.Text),
        sa.Column("owner", sa.Text),
        sa.Column("team", sa.Text),
        sa.Column("stage", sa.Text, comment="Where the lead stands; null for visitors and deleted leads."),
        sa.Column("stage_day", sa.Date, comment="The day on which it came to stand there."),
        sa.Column(
            "reached_days", sa.ARRAY(sa.Date), comment="One a rung of the ladder; null where not reached."
        ),
        sa.Column("won_at", MOMENT),
        sa.Column("lost_at", MOMENT),
        sa.Column("revenue", JSONB, comment="Won shares in minor units by currency; null without any."),
        sa.Column("fit", sa.Integer, comment="Thousandths of a point, like intent."),
        sa.Column("intent", sa.Integer),
        sa.Column("band", sa.Text),
        sa.Column("flags", sa.ARRAY(sa.Text), nullable=False, server_default=NO_TEXTS),
        sa.Column("outcome_body", sa.LargeBinary),
        sa.Column("score_body", sa.LargeBinary),
        postgresql_with=PARTLY_FILLED,
    )
    for column in ("outcome_body", "score_body"):
        op.execute(f"alter table leads alter column {column} set storage external")
    op.create_index(
        "ix_leads_definition_version_cohort_day_captured_at_lead_id",
        "leads",
        ["definition_version", "cohort_day", "captured_at", "lead_id"],
    )
    op.create_index(
        "ix_leads_redirect_to", "leads", ["redirect_to"], postgresql_where=sa.text("redirect_to is not null")
    )
    op.create_index(
        "ix_leads_won", "leads", ["definition_version"], postgresql_where=sa.text("revenue is not null")
    )


def _deals() -> None:
    op.create_table(
        "deals",
        sa.Column("deal_id", sa.Uuid, primary_key=True),
        sa.Column("definition_version", sa.Integer, primary_key=True),
        sa.Column("outcome_revision", sa.BigInteger, nullable=False, server_default=ZERO),
        sa.Column("redirect_to", sa.Uuid),
        sa.Column("status", sa.Text, comment="Null until an outcome arrived."),
        sa.Column("amount", sa.BigInteger, comment="Minor units of currency."),
        sa.Column("currency", sa.Text),
        sa.Column(
            "shared",
            sa.BigInteger,
            nullable=False,
            server_default=ZERO,
            comment="The sum of the leads' shares.",
        ),
        sa.Column(
            "leads", sa.Integer, nullable=False, server_default=ZERO, comment="How many; 0 means unlinked."
        ),
        sa.Column("created_at", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.Column("closed_day", sa.Date, comment="The day of the close in the reporting time zone."),
        sa.Column("flags", sa.ARRAY(sa.Text), nullable=False, server_default=NO_TEXTS),
        sa.Column("outcome_body", sa.LargeBinary),
        postgresql_with=PARTLY_FILLED,
    )
    op.execute("alter table deals alter column outcome_body set storage external")
    op.create_index(
        "ix_deals_unlinked",
        "deals",
        ["definition_version", "closed_day"],
        postgresql_where=sa.text("status = 'won' and leads = 0 and redirect_to is null"),
    )
    op.create_index(
        "ix_deals_redirect_to", "deals", ["redirect_to"], postgresql_where=sa.text("redirect_to is not null")
    )


def _rollup(table: str, name: str, *measures: str) -> None:
    op.create_table(
        table,
        sa.Column("definition_version", sa.Integer, primary_key=True),
        sa.Column("basis", sa.Text, primary_key=True),
        sa.Column("dimension", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column(name, sa.Text, primary_key=True),
        *(sa.Column(measure, sa.BigInteger, nullable=False, server_default=ZERO) for measure in measures),
        postgresql_with=PARTLY_FILLED,
    )


def _notes_and_dead_letters() -> None:
    op.create_table(
        "notes",
        sa.Column("note_id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("ids", sa.ARRAY(sa.Uuid), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False, server_default=NOW),
    )
    op.create_table(
        "dead_letters",
        sa.Column("dead_letter_id", sa.Uuid, primary_key=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("event_no", sa.BigInteger),
        sa.Column("key", sa.LargeBinary),
        sa.Column("value", sa.LargeBinary),
        sa.Column("value_hash", sa.LargeBinary, nullable=False),
        sa.Column("dead_at", MOMENT, nullable=False, server_default=NOW),
        sa.UniqueConstraint("topic", "value_hash", name="dead_letters_topic_value_hash_key"),
    )


def _views() -> None:
    # An owner keeps one row of an entity: its newest definition version is what the owner compares with.
    for table, key, revisions in (
        ("leads", "lead_id", "score_revision, outcome_revision"),
        ("deals", "deal_id", "outcome_revision"),
    ):
        op.execute(
            f"create view pub_{table} as select {key}, {revisions}, definition_version from {table} t"
            f" where not exists (select from {table} n"
            f" where n.{key} = t.{key} and n.definition_version > t.definition_version)"
        )
    op.execute(
        "create view pub_dead_letters as"
        " select dead_letter_id, topic, reason, event_no, dead_at from dead_letters"
    )
