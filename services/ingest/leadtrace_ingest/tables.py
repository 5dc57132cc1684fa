"""Ingest's tables: the intake log, claims, subjects, canonical events, quarantine, totals, notes.

The door writes the intake log; its admin routes write keys, discards and what is to be done again; the relay
writes everything else.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Sequence,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from leadtrace.store.metadata import service_metadata
from leadtrace_ingest.definitions.tables import definition_tables
from leadtrace_ingest.identity.tables import identity_tables
from leadtrace_ingest.personal.tables import search_tables
from leadtrace_ingest.retention.tables import retention_tables
from leadtrace_ingest.store import EVENT_NUMBER_BLOCK, SCHEMA

metadata = service_metadata(SCHEMA)

# Numbers are drawn in blocks, so that a chunk of events costs no statement of its own; gaps mean nothing.
event_number_blocks = Sequence(
    "event_number_blocks", metadata=metadata, schema=SCHEMA, start=1, increment=EVENT_NUMBER_BLOCK
)

# One row per accepted request, in the partition of the month of its receipt. `outcomes` is null until the
# relay is done with it; `redo` names the items to do again, null all of them; with `remap_at` their events
# are put right, as known from then on. `body` is sealed under `body_key`; `redacted` names the items that an
# erasure took out of it, `raw_erased_at` says when it took all of them.
intake = Table(
    "intake",
    metadata,
    Column("intake_id", Uuid, primary_key=True),
    Column("sender", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("items", Integer, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'pending'")),
    Column("outcomes", JSONB),
    Column("redo", ARRAY(Integer)),
    Column("remap_at", DateTime(timezone=True)),
    Column("body_key", LargeBinary),
    Column("redacted", ARRAY(Integer)),
    Column("raw_erased_at", DateTime(timezone=True)),
    CheckConstraint("state in ('pending', 'done')", name="state"),
    postgresql_partition_by="range (intake_id)",
)
Index("ix_intake_pending", intake.c.sender, intake.c.intake_id, postgresql_where=text("state = 'pending'"))

# Which delivery bore an `Idempotency-Key` first: unique over all partitions of the intake log.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("sender", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("intake_id", Uuid, nullable=False),
    Index("ix_idempotency_keys_intake_id", "intake_id"),
)

# Which item made a key its own; `comparable` tells a copy from a conflict.
claims = Table(
    "claims",
    metadata,
    Column("source_key", Uuid, primary_key=True),
    Column("intake_id", Uuid, nullable=False),
    Column("item", Integer, nullable=False),
    Column("comparable", BigInteger, nullable=False),
)

subjects = Table(
    "subjects",
    metadata,
    Column("subject_key", Uuid, primary_key=True),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("founded_id", Uuid, nullable=False),
    Column("entity_id", Uuid, nullable=False),
    Column("standing", SmallInteger, nullable=False),
    Column("first_recorded_at", DateTime(timezone=True), nullable=False),
    Column("binding_revision", BigInteger, nullable=False),
    Index("ix_subjects_entity_id", "entity_id"),
    Index("ix_subjects_founded_id", "founded_id"),
)

# Canonical events, kept as published, by the month of their delivery: rebuild and refold start here and never
# map again. The key's index covers what reconciliation asks of each event, which spares it the table.
events = Table(
    "events",
    metadata,
    Column("event_no", BigInteger, autoincrement=False),
    Column("intake_id", Uuid, nullable=False),
    Column("item", Integer, nullable=False),
    Column("part", SmallInteger, nullable=False),
    Column("topic", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("entity_id", Uuid, nullable=False),
    Column("subject", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("mapping", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("event_no", "intake_id", postgresql_include=["topic", "stored_at"]),
    UniqueConstraint("intake_id", "item", "part"),
    Index("ix_events_entity_id", "entity_id"),
    Index("ix_events_id", "id"),
    postgresql_partition_by="range (intake_id)",
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("quarantine_id", Uuid, primary_key=True),
    Column("sender", Text, nullable=False),
    Column("intake_id", Uuid, nullable=False),
    Column("item", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("mapping", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("first_seen_at", DateTime(timezone=True), nullable=False),
    Column("last_seen_at", DateTime(timezone=True), nullable=False),
    Column("raw_key", LargeBinary),
    UniqueConstraint("intake_id", "item"),
)

# What an operator discarded; its bytes stay in the intake log.
quarantine_discards = Table(
    "quarantine_discards",
    metadata,
    Column("intake_id", Uuid, primary_key=True),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("quarantine_id", Uuid, nullable=False, unique=True),
    Column("sender", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("mapping", Text, nullable=False),
    Column("first_seen_at", DateTime(timezone=True), nullable=False),
    Column("last_seen_at", DateTime(timezone=True), nullable=False),
    Column("why", Text, nullable=False),
    Column("discarded_by", Text, nullable=False),
    Column("discarded_at", DateTime(timezone=True), nullable=False),
)

# Items by outcome, summed over the intake rows that are done; written last in the relay's transaction.
item_totals = Table(
    "item_totals",
    metadata,
    Column("sender", Text, primary_key=True),
    *(
        Column(name, BigInteger, nullable=False, server_default=text("0"))
        for name in (
            "accepted",
            "published",
            "duplicate",
            "ignored",
            "quarantined",
            "discarded",
            "suppressed",
        )
    ),
)

# Events that are stored but perhaps not yet on the topic: one row per chunk of a relay.
unpublished = Table(
    "unpublished",
    metadata,
    Column("note_id", Uuid, primary_key=True),
    Column("event_nos", ARRAY(BigInteger), nullable=False),
    Column("noted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("leased_until", DateTime(timezone=True), nullable=False),
)

# API keys: only their hashes are stored, and a revoked one is kept so that its use can be told.
api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("sender", Text),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("revoked_at", DateTime(timezone=True)),
)

# The scopes of spend that were posted, and when first and last: a later posting holds all of an earlier scope
# or nothing of it.
spend_scopes = Table(
    "spend_scopes",
    metadata,
    Column("source", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("from_day", Date, primary_key=True),
    Column("to_day", Date, primary_key=True),
    Column("first_at", DateTime(timezone=True), nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
)

# The secret behind every lead and deal id; made once by the first relay.
installation = Table(
    "installation",
    metadata,
    Column("singleton", Boolean, primary_key=True, server_default=text("true")),
    Column("secret", LargeBinary, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("singleton", name="singleton"),
)

identity_tables(metadata)
retention_tables(metadata)
definition_tables(metadata)
search_tables(metadata)

# One data key per subject, wrapped under a master key: what is sealed under a key that is gone is erased.
personal_keys = Table(
    "personal_keys",
    metadata,
    Column("subject_key", Uuid, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

# Which master keys wrapped something that may still be here, so that a wrong configuration is known at start.
master_keys = Table(
    "master_keys",
    metadata,
    Column("master_id", LargeBinary, primary_key=True),
    Column("first_used_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("retired_at", DateTime(timezone=True)),
)

# What was asked to be erased, how far that is, and what it came to. `search` is what bodies are searched for,
# sealed under `search_key`; both are gone once it is done.
erasures = Table(
    "erasures",
    metadata,
    Column("erasure_id", Uuid, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("lead_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("erased_until", DateTime(timezone=True), nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("intake_id", Uuid),
    Column("item", Integer),
    Column("part", SmallInteger),
    Column("search", LargeBinary),
    Column("search_key", LargeBinary),
    Column("searched_to", Uuid),
    Column("counts", JSONB, nullable=False, server_default=text("'{}'")),
    Column("finished_at", DateTime(timezone=True)),
    UniqueConstraint("intake_id", "item", "part"),
    CheckConstraint("state in ('requested', 'searching', 'done')", name="state"),
    Index("ix_erasures_unfinished", "number", postgresql_where=text("state <> 'done'")),
    Index("ix_erasures_lead_id", "lead_id"),
)

# Who was erased, as an HMAC of what identified them, and until when what happened to them is stopped.
# `ordinal` counts the erasures of a subject: what it founds afterwards is another lead.
suppressions = Table(
    "suppressions",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("ordinal", Integer, nullable=False),
)

# Items whose bytes are to be taken out of their delivery, once the relay is done with it.
redactions = Table(
    "redactions",
    metadata,
    Column("intake_id", Uuid, primary_key=True),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("erasure_id", Uuid),
)
