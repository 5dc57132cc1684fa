"""The tables of schema `scoring`."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, text

from leadtrace.store.metadata import service_metadata
from leadtrace.store.tables import (
    binding_table,
    dead_letter_table,
    entity_columns,
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
    Index("ix_leads_due", "due_at", postgresql_where=text("due_at is not null")),
    Index("ix_leads_stuck", "lead_id", postgresql_where=text("stuck_error is not null")),
    postgresql_with={"fillfactor": 70},
)
BINDINGS = binding_table(METADATA)
NOTES = note_table(METADATA)
SEEN = seen_table(METADATA)
DEAD_LETTERS = dead_letter_table(METADATA)
REBUILDS, REBUILD_CHANGES = rebuild_tables(METADATA)
