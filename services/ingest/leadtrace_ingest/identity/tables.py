"""Ingest's tables of who is who; the relay writes them, in the transaction that stores the claims' events."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)

_MOMENT = DateTime(timezone=True)


def identity_tables(metadata: MetaData) -> None:
    """Add the tables to the schema."""
    # Every binding but the first, which a record has to the entity that it founds.
    Table(
        "bindings",
        metadata,
        Column("subject_key", Uuid, primary_key=True),
        Column("revision", BigInteger, primary_key=True, autoincrement=False),
        Column("entity_id", Uuid, nullable=False),
        Column("because", Text, nullable=False),
        Column("recorded_at", _MOMENT, nullable=False),
        Index("ix_bindings_entity_id", "entity_id"),
    )
    # What every event says of a record's keys, and of these what holds for each record and kind.
    Table(
        "identity_claims",
        metadata,
        Column("subject_key", Uuid, primary_key=True),
        Column("kind", Text, primary_key=True),
        Column("source", Text, primary_key=True),
        Column("id", Text, primary_key=True),
        *_key_columns(),
        Index("ix_identity_claims_source_id", "source", "id"),
    )
    Table(
        "identity_keys",
        metadata,
        Column("subject_key", Uuid, primary_key=True),
        Column("kind", Text, primary_key=True),
        Column("source", Text, nullable=False),
        Column("id", Text, nullable=False),
        *_key_columns(),
        Index("ix_identity_keys_key", "key", postgresql_where=text("refusal is null")),
    )
    # Every claim that two records are one, or are not.
    Table(
        "identity_pairs",
        metadata,
        Column("subject_key", Uuid, primary_key=True),
        Column("other_key", Uuid, primary_key=True),
        Column("source", Text, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("topic", Text, nullable=False),
        *_place_columns(),
        Column("apart", Boolean, nullable=False),
        Column("open", Boolean, nullable=False),
        Column("recorded_at", _MOMENT, nullable=False),
        Index("ix_identity_pairs_other_key", "other_key"),
        Index("ix_identity_pairs_source_id", "source", "id"),
    )
    Table(
        "corrections",
        metadata,
        Column("source", Text, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("corrected_source", Text, nullable=False),
        Column("corrected_id", Text, nullable=False),
        Column("recorded_at", _MOMENT, nullable=False),
        Index("ix_corrections_corrected", "corrected_source", "corrected_id"),
    )
    # How many bindings ever moved: relays that remember bindings forget them when it changes.
    Table(
        "identity_state",
        metadata,
        Column("singleton", Boolean, primary_key=True, server_default=text("true")),
        Column("moves", BigInteger, nullable=False, server_default=text("0")),
        CheckConstraint("singleton", name="singleton"),
    )


def _place_columns() -> tuple[Column[Any], ...]:
    return (
        Column("at", BigInteger, nullable=False),
        Column("rank", Integer, nullable=False),
        Column("sequence", Text, nullable=False),
    )


def _key_columns() -> tuple[Column[Any], ...]:
    return (
        *_place_columns(),
        Column("key", Uuid),
        Column("refusal", Text),
        Column("recorded_at", _MOMENT, nullable=False),
    )
