"""Keep the sets of leads, their scores, and what the loop needs."""

import sqlalchemy as sa
from alembic import op

revision = "scoring_0001"
down_revision = None

ZERO = sa.text("0")
NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "leads",
        sa.Column("lead_id", sa.Uuid, primary_key=True),
        sa.Column("definition_version", sa.Integer, nullable=False, server_default=ZERO),
        sa.Column("fold_version", sa.Integer, nullable=False, server_default=ZERO),
        sa.Column("event_count", sa.Integer, nullable=False, server_default=ZERO),
        sa.Column("ignored_count", sa.Integer, nullable=False, server_default=ZERO),
        sa.Column("revision", sa.BigInteger, nullable=False, server_default=ZERO),
        sa.Column("redirect_to", sa.Uuid),
        sa.Column("body_hash", sa.LargeBinary),
        sa.Column("last_key", sa.LargeBinary),
        sa.Column("stuck_error", sa.Text),
        sa.Column("facts", sa.LargeBinary, nullable=False, server_default=sa.text("''::bytea")),
        sa.Column("state", sa.LargeBinary),
        sa.Column("body", sa.LargeBinary),
        sa.Column("qualification_revision", sa.BigInteger, nullable=False, server_default=ZERO),
        sa.Column("qualification_hash", sa.LargeBinary),
        postgresql_with={"fillfactor": 70},
    )
    for column in ("facts", "state", "body"):
        op.execute(f"alter table leads alter column {column} set storage external")
    op.create_index(
        "ix_leads_stuck", "leads", ["lead_id"], postgresql_where=sa.text("stuck_error is not null")
    )
    op.create_table(
        "notes",
        sa.Column("note_id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("ids", sa.ARRAY(sa.Uuid), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    )
    op.create_table("seen", sa.Column("event_no", sa.BigInteger, primary_key=True, autoincrement=False))
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
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.UniqueConstraint("topic", "value_hash", name="dead_letters_topic_value_hash_key"),
    )
    op.execute(
        "create view pub_leads as select lead_id, definition_version, revision, qualification_revision,"
        " event_count, ignored_count, stuck_error, redirect_to, body from leads"
    )
    op.execute("create view pub_seen as select event_no from seen")
    op.execute("create view pub_notes as select kind, cardinality(ids) as ids, noted_at from notes")
    op.execute(
        "create view pub_dead_letters as"
        " select dead_letter_id, topic, reason, event_no, dead_at from dead_letters"
    )
