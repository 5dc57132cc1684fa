"""Keep the sets of leads and deals, their outcomes, and what the loop needs."""

import sqlalchemy as sa
from alembic import op

revision = "attribution_0001"
down_revision = None

ZERO = sa.text("0")
NOW = sa.text("now()")


def _entity_table(name: str, id_column: str, *own: "sa.Column[object]") -> None:
    op.create_table(
        name,
        sa.Column(id_column, sa.Uuid, primary_key=True),
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
        *own,
        postgresql_with={"fillfactor": 70},
    )
    for column in ("facts", "state", "body"):
        op.execute(f"alter table {name} alter column {column} set storage external")
    op.create_index(
        f"ix_{name}_stuck", name, [id_column], postgresql_where=sa.text("stuck_error is not null")
    )


def upgrade() -> None:
    _entity_table(
        "leads",
        "lead_id",
        sa.Column("deals", sa.LargeBinary, comment="What the lead's history needs of each of its deals."),
        sa.Column("qualification", sa.LargeBinary, comment="Band and qualifications of the newest score."),
        sa.Column("qualification_revision", sa.BigInteger, nullable=False, server_default=ZERO),
    )
    _entity_table(
        "deals",
        "deal_id",
        sa.Column("lead_ids", sa.LargeBinary, comment="The linked leads, 16 bytes each, in id order."),
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
    op.execute(
        "create view pub_deals as select deal_id, definition_version, revision,"
        " event_count, ignored_count, stuck_error, redirect_to, body from deals"
    )
    op.execute("create view pub_seen as select event_no from seen")
    op.execute("create view pub_notes as select kind, cardinality(ids) as ids, noted_at from notes")
    op.execute(
        "create view pub_dead_letters as"
        " select dead_letter_id, topic, reason, event_no, dead_at from dead_letters"
    )
