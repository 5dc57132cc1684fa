"""The tables of schema `attribution`."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text, Uuid, text

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
from leadtrace_attribution.crediting.tables import crediting_tables
from leadtrace_attribution.delivery.tables import delivery_tables

SCHEMA = "attribution"
METADATA = service_metadata(SCHEMA)

LEADS = Table(
    "leads",
    METADATA,
    *entity_columns("lead_id"),
    Column("deals", LargeBinary, comment="What the lead's history needs of each of its deals."),
    Column("qualification", LargeBinary, comment="Band and qualifications of the newest score."),
    Column("qualification_revision", BigInteger, nullable=False, server_default=text("0")),
    Column("due_at", BigInteger, comment="When the next running clock is at risk or due, in microseconds."),
    Column("told", LargeBinary, comment="What was told outside of its offers, verdicts and clocks."),
    Index("ix_leads_due", "due_at", postgresql_where=text("due_at is not null")),
    Index("ix_leads_stuck", "lead_id", postgresql_where=text("stuck_error is not null")),
    postgresql_with={"fillfactor": 70},
)
DEALS = Table(
    "deals",
    METADATA,
    *entity_columns("deal_id"),
    Column("lead_ids", LargeBinary, comment="The linked leads, 16 bytes each, in id order."),
    Column(
        "rates_mark",
        BigInteger,
        server_default=text("0"),
        comment="Of the table of rates that counted it; 0: none yet. Null: no rate is asked for.",
    ),
    Index("ix_deals_rates", "rates_mark", postgresql_where=text("rates_mark is not null")),
    Index("ix_deals_stuck", "deal_id", postgresql_where=text("stuck_error is not null")),
    postgresql_with={"fillfactor": 70},
)
# The lead subjects that a deal was ever linked with, so that it follows them to another lead.
DEAL_SUBJECTS = Table(
    "deal_subjects",
    METADATA,
    Column("deal_id", Uuid, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("lead_id", Uuid, nullable=False),
    Column("binding_revision", BigInteger, nullable=False),
    Index("ix_deal_subjects_source_subject", "source", "subject"),
)
BINDINGS = binding_table(METADATA)
NOTES = note_table(METADATA)
SEEN = seen_table(METADATA)
DEAD_LETTERS = dead_letter_table(METADATA)
REBUILDS, REBUILD_CHANGES = rebuild_tables(METADATA)
IN_FORCE = in_force_table(METADATA)
NOTIFICATIONS, SUBSCRIPTIONS, DELIVERIES = delivery_tables(METADATA)
(
    CREDIT_DUE,
    JOURNEYS,
    CREDITS,
    CREDIT_DAYS,
    JOURNEY_DAYS,
    JOURNEY_STEPS,
    CREDIT_STATE,
) = crediting_tables(METADATA)
