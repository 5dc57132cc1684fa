"""Ingest's tables of the versions of the definitions: what they say, who said yes, what judges since when."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)

_MOMENT = DateTime(timezone=True)


def definition_tables(metadata: MetaData) -> None:
    """Add the tables to the schema."""
    # `body` is the YAML as it was given; a version never changes its hash.
    definitions = Table(
        "definitions",
        metadata,
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("id", Text, nullable=False),
        Column("hash", Text, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("registered_at", _MOMENT, nullable=False),
        Column("registered_by", Text, nullable=False),
    )
    version = definitions.c.version

    # Append only. `approved_by` is the person who says yes, `recorded_by` the key that told us.
    Table(
        "definition_approvals",
        metadata,
        Column("approval_id", BigInteger, Identity(always=True), primary_key=True),
        Column("version", Integer, ForeignKey(version), nullable=False),
        Column("hash", Text, nullable=False),
        Column("team", Text, nullable=False),
        Column("approved_by", Text, nullable=False),
        Column("recorded_by", Text, nullable=False),
        Column("note", Text),
        Column("approved_at", _MOMENT, nullable=False),
        CheckConstraint("team in ('marketing', 'sales')", name="team"),
        Index("ix_definition_approvals_version", "version"),
    )

    # Versions that were folded beside the one in force; at most one is running.
    Table(
        "definition_shadows",
        metadata,
        Column("shadow_id", Uuid, primary_key=True),
        Column("version", Integer, ForeignKey(version), nullable=False),
        Column("hash", Text, nullable=False),
        Column("started_at", _MOMENT, nullable=False),
        Column("started_by", Text, nullable=False),
        Column("ended_at", _MOMENT),
        Column("ended_as", Text),
        CheckConstraint("ended_as in ('activated', 'ended')", name="ended_as"),
        CheckConstraint("(ended_at is null) = (ended_as is null)", name="ended"),
        Index(
            "ix_definition_shadows_running",
            "ended_as",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("ended_as is null"),
        ),
    )

    # Which version was in force from when on; without a row it is the shipped one, since ever.
    Table(
        "definition_activations",
        metadata,
        Column("ordinal", Integer, primary_key=True, autoincrement=False),
        Column("version", Integer, ForeignKey(version), nullable=False),
        Column("hash", Text, nullable=False),
        Column("activated_at", _MOMENT, nullable=False),
        Column("activated_by", Text, nullable=False),
        CheckConstraint("ordinal >= 1", name="ordinal"),
    )
