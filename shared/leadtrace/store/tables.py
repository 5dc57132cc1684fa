"""The tables that every reader keeps alike, as SQLAlchemy metadata for one schema.

Sets and bodies are stored outside the row and uncompressed: appending to a set must not unpack it.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB


def entity_columns(id_column: str) -> list[Column[object]]:
    """The columns of an entity: its set, the fold's cache, the snapshot and its revision."""
    zero = text("0")
    return [
        Column(id_column, Uuid, primary_key=True),
        Column("definition_version", Integer, nullable=False, server_default=zero),
        Column("fold_version", Integer, nullable=False, server_default=zero),
        Column("event_count", Integer, nullable=False, server_default=zero),
        Column("ignored_count", Integer, nullable=False, server_default=zero),
        Column("revision", BigInteger, nullable=False, server_default=zero),
        Column("redirect_to", Uuid),
        Column("corrected", Boolean, nullable=False, server_default=text("false")),
        Column("body_hash", LargeBinary),
        Column("last_key", LargeBinary),
        Column("stuck_error", Text),
        Column("facts", LargeBinary, nullable=False, server_default=text("''::bytea")),
        Column("state", LargeBinary),
        Column("body", LargeBinary),
    ]


def note_table(meta: MetaData) -> Table:
    """Notes: ids whose revision rose in a transaction and that may not have been published yet."""
    return Table(
        "notes",
        meta,
        Column("note_id", Uuid, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("ids", ARRAY(Uuid), nullable=False),
        Column("noted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )


def seen_table(meta: MetaData) -> Table:
    """The numbers of the events that are in this reader's sets."""
    return Table("seen", meta, Column("event_no", BigInteger, primary_key=True, autoincrement=False))


def binding_table(meta: MetaData) -> Table:
    """Which entity each record belongs to that ever moved, and the one that it founded."""
    return Table(
        "bindings",
        meta,
        Column("source", Text, primary_key=True),
        Column("subject", Text, primary_key=True),
        Column("entity_id", Uuid, nullable=False),
        Column("revision", BigInteger, nullable=False),
        Column("founded_id", Uuid),
        Index("ix_bindings_entity_id", "entity_id"),
    )


def dead_letter_table(meta: MetaData) -> Table:
    """Records that could not be decoded, with where they came from and why, and how each was settled."""
    return Table(
        "dead_letters",
        meta,
        Column("dead_letter_id", Uuid, primary_key=True),
        Column("topic", Text, nullable=False),
        Column("partition", Integer, nullable=False),
        Column("offset", BigInteger, nullable=False),
        Column("reason", Text, nullable=False),
        Column("detail", Text, nullable=False),
        Column("event_no", BigInteger),
        Column("key", LargeBinary),
        Column("value", LargeBinary),
        Column("value_hash", LargeBinary, nullable=False),
        Column("dead_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("settled_as", Text),
        Column("settled_at", DateTime(timezone=True)),
        Column("settled_by", Text),
        Column("why", Text),
        UniqueConstraint("topic", "value_hash"),
    )


def in_force_table(meta: MetaData) -> Table:
    """The activations of definitions that this service has taken over."""
    moment = DateTime(timezone=True)
    return Table(
        "in_force",
        meta,
        Column("ordinal", Integer, primary_key=True, autoincrement=False),
        Column("version", Integer, nullable=False),
        Column("hash", Text, nullable=False),
        Column("activated_at", moment, nullable=False),
        Column("taken_over_at", moment, nullable=False, server_default=func.now()),
    )


def rebuild_tables(meta: MetaData) -> tuple[Table, Table]:
    """How far a rebuild of these tables has come, and the rows that it will publish when it takes over."""
    moment = DateTime(timezone=True)
    zero = text("0")
    rebuilds = Table(
        "rebuilds",
        meta,
        Column("rebuild_id", Uuid, primary_key=True),
        Column("state", Text, nullable=False),
        Column("takes_over", Boolean, nullable=False),
        Column("signature", Text, nullable=False, comment="The code and definitions that fill it."),
        Column("step", Integer, nullable=False, server_default=zero),
        Column("position", Text),
        Column("done", BigInteger, nullable=False, server_default=zero),
        Column("total", BigInteger, nullable=False),
        Column("report", JSONB, nullable=False, server_default=text("'{}'")),
        Column("error", Text),
        Column("started_by", Text, nullable=False),
        Column("started_at", moment, nullable=False, server_default=func.now()),
        Column("ended_at", moment),
        Column("holder", Uuid),
        Column("leased_until", moment),
        Column("shadow_id", Uuid),
        Column("version", Integer, comment="Of the definitions, in a shadow."),
        Column("complete", Boolean, nullable=False, server_default=text("false")),
        Index("ix_rebuilds_running", "state", unique=True, postgresql_where=text("state = 'running'")),
    )
    changes = Table(
        "rebuild_changes",
        meta,
        Column("kind", Text, primary_key=True),
        Column("entity_id", Uuid, primary_key=True),
    )
    return rebuilds, changes
