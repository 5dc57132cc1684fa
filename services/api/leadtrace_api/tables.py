"""The read models of the api: what the projector writes and the routes read, all in schema `api`.

Every row belongs to one definition version. A rollup holds a row for each key that leads have in a
dimension, and dimension '' for all leads; those without a key are the rest, so they need no rows.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from leadtrace.store.metadata import service_metadata
from leadtrace.store.tables import dead_letter_table, note_table, rebuild_tables
from leadtrace_api.projector.dimensions import DIMENSIONS

SCHEMA = "api"
METADATA = service_metadata(SCHEMA)

_MOMENT = DateTime(timezone=True)
_ZERO = text("0")


def _identity(name: str) -> Iterator[Column[Any]]:
    yield Column(name, Uuid, primary_key=True)
    yield Column("definition_version", Integer, primary_key=True)


LEADS = Table(
    "leads",
    METADATA,
    *_identity("lead_id"),
    Column("outcome_revision", BigInteger, nullable=False, server_default=_ZERO),
    Column("score_revision", BigInteger, nullable=False, server_default=_ZERO),
    Column("redirect_to", Uuid),
    Column("status", Text, comment="Null until an outcome arrived."),
    Column("captured_at", _MOMENT, comment="Null for a visitor, who is in no stage."),
    Column("cohort_day", Date, comment="The day of captured_at in the reporting time zone."),
    *(Column(name, Text) for name in DIMENSIONS),
    Column("stage", Text, comment="Where the lead stands; null for visitors and deleted leads."),
    Column("stage_day", Date, comment="The day on which it came to stand there."),
    Column("reached_days", ARRAY(Date), comment="One a rung of the ladder; null where not reached."),
    Column("won_at", _MOMENT),
    Column("lost_at", _MOMENT),
    Column("revenue", JSONB, comment="Won shares in minor units by currency; null without any."),
    Column("fit", Integer, comment="Thousandths of a point, like intent."),
    Column("intent", Integer),
    Column("band", Text),
    Column("flags", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("outcome_body", LargeBinary),
    Column("score_body", LargeBinary),
    Index(None, "definition_version", "cohort_day", "captured_at", "lead_id"),
    Index(None, "redirect_to", postgresql_where=text("redirect_to is not null")),
    Index("ix_leads_won", "definition_version", postgresql_where=text("revenue is not null")),
    postgresql_with={"fillfactor": 70},
)

DEALS = Table(
    "deals",
    METADATA,
    *_identity("deal_id"),
    Column("outcome_revision", BigInteger, nullable=False, server_default=_ZERO),
    Column("redirect_to", Uuid),
    Column("status", Text, comment="Null until an outcome arrived."),
    Column("amount", BigInteger, comment="Minor units of currency."),
    Column("currency", Text),
    Column(
        "shared", BigInteger, nullable=False, server_default=_ZERO, comment="The sum of the leads' shares."
    ),
    Column("leads", Integer, nullable=False, server_default=_ZERO, comment="How many; 0 means unlinked."),
    Column("created_at", _MOMENT),
    Column("closed_at", _MOMENT),
    Column("closed_day", Date, comment="The day of the close in the reporting time zone."),
    Column("flags", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("outcome_body", LargeBinary),
    Index(
        "ix_deals_unlinked",
        "definition_version",
        "closed_day",
        postgresql_where=text("status = 'won' and leads = 0 and redirect_to is null"),
    ),
    Index(None, "redirect_to", postgresql_where=text("redirect_to is not null")),
    postgresql_with={"fillfactor": 70},
)


def _cell_columns() -> Iterator[Column[Any]]:
    # The order in which a question narrows: one version, basis and dimension, a range of days.
    yield Column("definition_version", Integer, primary_key=True)
    yield Column("basis", Text, primary_key=True)
    yield Column("dimension", Text, primary_key=True)
    yield Column("day", Date, primary_key=True)
    yield Column("key", Text, primary_key=True)


def _known_columns() -> Iterator[Column[Any]]:
    yield Column("known_day", Date, primary_key=True)
    yield Column("cause", Text, primary_key=True)


FUNNEL_DAILY = Table(
    "funnel_daily",
    METADATA,
    *_cell_columns(),
    Column("stage", Text, primary_key=True),
    Column("entered", BigInteger, nullable=False, server_default=_ZERO),
    Column("reached", BigInteger, nullable=False, server_default=_ZERO),
    Column("current", BigInteger, nullable=False, server_default=_ZERO),
    postgresql_with={"fillfactor": 70},
)

REVENUE_DAILY = Table(
    "revenue_daily",
    METADATA,
    *_cell_columns(),
    Column("currency", Text, primary_key=True),
    Column("customers", BigInteger, nullable=False, server_default=_ZERO),
    Column("revenue", BigInteger, nullable=False, server_default=_ZERO),
    postgresql_with={"fillfactor": 70},
)

FUNNEL_KNOWN = Table(
    "funnel_known",
    METADATA,
    *_cell_columns(),
    Column("stage", Text, primary_key=True),
    *_known_columns(),
    Column("entered", BigInteger, nullable=False, server_default=_ZERO),
    Column("reached", BigInteger, nullable=False, server_default=_ZERO),
    Column("current", BigInteger, nullable=False, server_default=_ZERO),
    postgresql_with={"fillfactor": 70},
    comment="Differences: summed over known days up to one they are what was known at its close.",
)

REVENUE_KNOWN = Table(
    "revenue_known",
    METADATA,
    *_cell_columns(),
    Column("currency", Text, primary_key=True),
    *_known_columns(),
    Column("customers", BigInteger, nullable=False, server_default=_ZERO),
    Column("revenue", BigInteger, nullable=False, server_default=_ZERO),
    postgresql_with={"fillfactor": 70},
    comment="As funnel_known.",
)

LEAD_DAYS = Table(
    "lead_days",
    METADATA,
    *_identity("lead_id"),
    Column("known_day", Date, primary_key=True),
    Column("chain", LargeBinary, nullable=False),
    comment="The course of a known day of a lead; of the last one only if it has several causes.",
)

KNOWN_LEADS = Table(
    "known_leads",
    METADATA,
    Column("definition_version", Integer, primary_key=True),
    Column("known_day", Date, primary_key=True),
    Column("cause", Text, primary_key=True),
    Column("lead_id", Uuid, primary_key=True),
    comment="Which leads changed numbers of days before a known day.",
)

JUDGEMENTS = Table(
    "judgements",
    METADATA,
    *_identity("lead_id"),
    Column("place", Integer, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("at", _MOMENT, nullable=False),
    Column("claimed", Boolean, nullable=False),
    Column("verified", Boolean, comment="Null where the verdict of that moment is kept no longer."),
    Column("differs", Boolean, nullable=False),
    Column("failed", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("claimed_as", Text),
    Column("actor", Text),
    Column("sender", Text),
    Column("event_id", Text),
    Index(None, "definition_version", "at", "lead_id", "place"),
    comment="Each claim of a stage with the verdict of its moment, and verdicts that nobody claimed.",
)

PROJECTIONS = Table(
    "projections",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("contribution_version", SmallInteger, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("known_from", Date, comment="Of days before nobody can say what was known at their close."),
    comment="How the rollups were cut; another time zone or contribution has them rebuilt.",
)

PERSONAL_READS = Table(
    "personal_reads",
    METADATA,
    Column("read_id", BigInteger, Identity(always=True), primary_key=True),
    Column("read_at", _MOMENT, nullable=False, server_default=text("now()")),
    Column("key_id", Uuid, comment="Null for the first admin key."),
    Column("key_name", Text, nullable=False),
    Column("lead_id", Uuid, nullable=False),
    Column("route", Text, nullable=False),
    Index(None, "lead_id", "read_id"),
    comment="Who looked at whose personal fields; the routes write it before they answer.",
)

NOTES = note_table(METADATA)
DEAD_LETTERS = dead_letter_table(METADATA)
REBUILDS, REBUILD_CHANGES = rebuild_tables(METADATA)
