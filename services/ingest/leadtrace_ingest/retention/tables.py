"""Ingest's tables of what it no longer keeps; whoever lets a partition lapse writes them."""

from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, JSONB

_MOMENT = DateTime(timezone=True)


def retention_tables(metadata: MetaData) -> None:
    """Add the tables to the schema."""
    Table(
        "lapsed_deliveries",
        metadata,
        Column("partition", Text, primary_key=True),
        Column("received_before", _MOMENT, nullable=False),
        Column("deliveries", BigInteger, nullable=False),
        Column("lapsed_at", _MOMENT, nullable=False),
    )
    # By topic, with the numbers of the events. `discarded` counts those that a reader never took, by reader.
    Table(
        "lapsed_events",
        metadata,
        Column("partition", Text, primary_key=True),
        Column("topic", Text, primary_key=True),
        Column("received_before", _MOMENT, nullable=False),
        Column("events", BigInteger, nullable=False),
        Column("numbers", INT8MULTIRANGE, nullable=False),
        Column("discarded", JSONB, nullable=False, server_default=text("'{}'")),
        Column("lapsed_at", _MOMENT, nullable=False),
    )
    # Leads, deals and accounts whose history is no longer whole.
    Table(
        "lapsed_entities",
        metadata,
        Column("entity_id", Uuid, primary_key=True),
        Column("events", BigInteger, nullable=False),
        Column("received_before", _MOMENT, nullable=False),
    )
