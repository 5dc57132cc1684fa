"""The tables of schema `scoring`."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from leadtrace.store.metadata import service_metadata
from leadtrace.store.tables import (
    binding_table,
    dead_letter_table,
    entity_columns,
    in_force_table,
    note_table,
    rebuild_tables,
    seen_table,
)

SCHEMA = "scoring"
METADATA = service_metadata(SCHEMA)

LEADS = Table(
    "leads",
    METADATA,
    *entity_columns("lead_id"),
    Column("qualification_revision", BigInteger, nullable=False, server_default=text("0")),
    Column("qualification_hash", LargeBinary),
    Column("due_at", BigInteger),
    Column("model_version", Integer, nullable=False, server_default=text("0")),
    Index("ix_leads_model_version", "model_version"),
    Index("ix_leads_due", "due_at", postgresql_where=text("due_at is not null")),
    Index("ix_leads_stuck", "lead_id", postgresql_where=text("stuck_error is not null")),
    postgresql_with={"fillfactor": 70},
)
BINDINGS = binding_table(METADATA)
NOTES = note_table(METADATA)
SEEN = seen_table(METADATA)
DEAD_LETTERS = dead_letter_table(METADATA)
REBUILDS, REBUILD_CHANGES = rebuild_tables(METADATA)
IN_FORCE = in_force_table(METADATA)
MODELS = Table(
    "models",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("plan", Text, nullable=False, comment="SHA-256 of the names of the properties that it reads."),
    Column("reads", JSONB, nullable=False, comment="These names: texts, numbers and tags."),
    Column("body", LargeBinary, nullable=False),
    Column("trained_on", Text, nullable=False),
    Column("trained_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("result", JSONB, nullable=False),
    Column("activated_at", DateTime(timezone=True)),
    Column("retired_at", DateTime(timezone=True)),
    Column("retired_because", Text),
    Index(
        "ix_models_active",
        text("(true)"),
        unique=True,
        postgresql_where=text("activated_at is not null and retired_at is null"),
    ),
)
TRAININGS = Table(
    "trainings",
    METADATA,
    Column("training_id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("phase", Text, nullable=False, server_default=text("'waiting'")),
    Column("done", BigInteger, nullable=False, server_default=text("0")),
    Column("total", BigInteger, nullable=False, server_default=text("0")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("model_version", Integer),
    Column("result", JSONB),
    Column("left_out", JSONB),
    Column("error", Text),
    Column("started_by", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_at", DateTime(timezone=True)),
    Column("holder", Uuid),
    Column("leased_until", DateTime(timezone=True)),
    Index("ix_trainings_running", "state", unique=True, postgresql_where=text("state = 'running'")),
)
