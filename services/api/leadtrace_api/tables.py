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
    Double,
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

from leadtrace.store.tables import dead_letter_table, in_force_table, note_table, rebuild_tables
from leadtrace_api.indexes import listing_indexes, won_deals_index
from leadtrace_api.journey_tables import OFFERS, POSTINGS, STEP_AGES, VISITS
from leadtrace_api.projector.dimensions import DIMENSIONS
from leadtrace_api.spend_tables import SPEND
from leadtrace_api.table_parts import METADATA, MOMENT, ZERO, identity, known_columns
from leadtrace_api.ticker_tables import TICKER

LEADS = Table(
    "leads",
    METADATA,
    *identity("lead_id"),
    Column("outcome_revision", BigInteger, nullable=False, server_default=ZERO),
    Column("score_revision", BigInteger, nullable=False, server_default=ZERO),
    Column("redirect_to", Uuid),
    Column("status", Text, comment="Null until an outcome arrived."),
    Column("captured_at", MOMENT, comment="Null for a visitor, who is in no stage."),
    Column("cohort_day", Date, comment="The day of captured_at in the reporting time zone."),
    *(Column(name, Text) for name in DIMENSIONS),
    Column("stage", Text, comment="Where the lead stands; null for visitors and deleted leads."),
    Column("stage_day", Date, comment="The day on which it came to stand there."),
    Column("reached_days", ARRAY(Date), comment="One a rung of the ladder; null where not reached."),
    Column("won_at", MOMENT),
    Column("lost_at", MOMENT),
    Column("revenue", JSONB, comment="Won shares in minor units by currency; null without any."),
    Column("fit", Integer, comment="Thousandths of a point, like intent."),
    Column("intent", Integer),
    Column("band", Text),
    Column("flags", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("outcome_body", LargeBinary),
    Column("score_body", LargeBinary),
    Column("stage_since", MOMENT, comment="When it came to stand at its stage."),
    Column("open_amounts", JSONB, comment="As revenue, of open deals; null without any."),
    Column("band_since", MOMENT, comment="When it last entered its band."),
    Column("predicted", Double, comment="P(won) by a trained model; null without one."),
    Column("account", Text, comment="Whose people it is one of; null without one."),
    Column("touched_at", MOMENT, comment="When it last was active."),
    Column("custody", Text, comment="In whose hands it is; null for a visitor."),
    Column("custody_since", MOMENT, comment="Since when."),
    Column("recurring", JSONB, comment="Of the revenue by currency, what recurs; null without any."),
    Column("steps", LargeBinary, comment="How its steps stand: step_codes.py, most significant byte first."),
    Index(None, "definition_version", "cohort_day", "captured_at", "lead_id"),
    Index(None, "redirect_to", postgresql_where=text("redirect_to is not null")),
    Index(
        "ix_leads_work",
        "definition_version",
        "band",
        "band_since",
        "lead_id",
        postgresql_include=["owner", "team", "stage", "stage_since", "open_amounts", "predicted"],
        postgresql_where=text("status = 'open' and redirect_to is null"),
    ),
    Index(
        "ix_leads_account",
        "definition_version",
        "account",
        text("touched_at desc nulls last"),
        "lead_id",
        postgresql_where=text("account is not null and redirect_to is null"),
    ),
    *listing_indexes(),
    Index("ix_leads_won", "definition_version", "cohort_day", postgresql_where=text("revenue is not null")),
    # Bodies are kept out of the row, both of them: who counts from the leads reads six times as many a page.
    postgresql_with={"fillfactor": 70, "toast_tuple_target": 512},
)

DEALS = Table(
    "deals",
    METADATA,
    *identity("deal_id"),
    Column("outcome_revision", BigInteger, nullable=False, server_default=ZERO),
    Column("redirect_to", Uuid),
    Column("status", Text, comment="Null until an outcome arrived."),
    Column("amount", BigInteger, comment="Minor units of currency."),
    Column("currency", Text),
    Column(
        "shared", BigInteger, nullable=False, server_default=ZERO, comment="The sum of the leads' shares."
    ),
    Column("leads", Integer, nullable=False, server_default=ZERO, comment="How many; 0 means unlinked."),
    Column("created_at", MOMENT),
    Column("closed_at", MOMENT),
    Column("closed_day", Date, comment="The day of the close in the reporting time zone."),
    Column("flags", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("outcome_body", LargeBinary),
    Column("net", BigInteger, comment="What is left of a won one in its currency; null: the amount."),
    Column("revenue", JSONB, comment="What it brought by currency counted in; null: the amount."),
    won_deals_index("ix_deals_unlinked", "status = 'won' and leads = 0 and redirect_to is null"),
    won_deals_index("ix_deals_closed", "status = 'won' and redirect_to is null"),
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


FUNNEL_DAILY = Table(
    "funnel_daily",
    METADATA,
    *_cell_columns(),
    Column("stage", Text, primary_key=True),
    Column("entered", BigInteger, nullable=False, server_default=ZERO),
    Column("reached", BigInteger, nullable=False, server_default=ZERO),
    Column("current", BigInteger, nullable=False, server_default=ZERO),
    postgresql_with={"fillfactor": 70},
)

REVENUE_DAILY = Table(
    "revenue_daily",
    METADATA,
    *_cell_columns(),
    Column("currency", Text, primary_key=True),
    Column("customers", BigInteger, nullable=False, server_default=ZERO),
    Column("revenue", BigInteger, nullable=False, server_default=ZERO),
    Column("recurring_revenue", BigInteger, nullable=False, server_default=ZERO),
    postgresql_with={"fillfactor": 70},
)

FUNNEL_KNOWN = Table(
    "funnel_known",
    METADATA,
    *_cell_columns(),
    Column("stage", Text, primary_key=True),
    *known_columns(),
    Column("entered", BigInteger, nullable=False, server_default=ZERO),
    Column("reached", BigInteger, nullable=False, server_default=ZERO),
    Column("current", BigInteger, nullable=False, server_default=ZERO),
    postgresql_with={"fillfactor": 70},
    comment="Differences: summed over known days up to one they are what was known at its close.",
)

REVENUE_KNOWN = Table(
    "revenue_known",
    METADATA,
    *_cell_columns(),
    Column("currency", Text, primary_key=True),
    *known_columns(),
    Column("customers", BigInteger, nullable=False, server_default=ZERO),
    Column("revenue", BigInteger, nullable=False, server_default=ZERO),
    Column("recurring_revenue", BigInteger, nullable=False, server_default=ZERO),
    postgresql_with={"fillfactor": 70},
    comment="As funnel_known.",
)

LEAD_DAYS = Table(
    "lead_days",
    METADATA,
    *identity("lead_id"),
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
    *identity("lead_id"),
    Column("place", Integer, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("claimed", Boolean, nullable=False),
    Column("verified", Boolean, comment="Null where the verdict of that moment is kept no longer."),
    Column("differs", Boolean, nullable=False),
    Column("failed", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("claimed_as", Text),
    Column("actor", Text),
    Column("sender", Text),
    Column("event_id", Text),
    Column(
        "told",
        Text,
        nullable=False,
        server_default=text("'restated'"),
        comment="restated: by definition_version. frozen: by the one in force then, among those before it. "
        "takeover: what is told of its activation, if that came from at to until.",
    ),
    Column("judged_by", Integer, comment="The version of a frozen one."),
    Column("until", MOMENT, comment="Of a takeover; null: without end."),
    Index(None, "definition_version", "told", "at", "lead_id", "place"),
    comment="Each claim of a stage with the verdict of its moment, and verdicts that nobody claimed.",
)

SCORING_QUALITY = Table(
    "scoring_quality",
    METADATA,
    Column("definition_version", Integer, primary_key=True),
    Column("horizon_days", Integer, primary_key=True),
    Column("age_days", Integer, primary_key=True),
    Column("computed_at", MOMENT, nullable=False),
    Column("computation", SmallInteger, nullable=False, comment="Of another one it is computed anew."),
    Column("leads", BigInteger, nullable=False, comment="How many were judged."),
    Column("body", LargeBinary, nullable=False),
    comment="What came of leads by their score: the projector computes it now and then over all of them.",
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

CHANGES = Table(
    "changes",
    METADATA,
    Column("slot", Integer, Identity(always=True), primary_key=True),
    Column("raised", BigInteger, nullable=False),
    postgresql_with={"fillfactor": 50},
    comment="Counters (µs since the epoch): each transaction that changes numbers of the read models raises "
    "one.",
)

PERSONAL_READS = Table(
    "personal_reads",
    METADATA,
    Column("read_id", BigInteger, Identity(always=True), primary_key=True),
    Column("read_at", MOMENT, nullable=False, server_default=text("now()")),
    Column("key_id", Uuid, comment="Null for the first admin key."),
    Column("key_name", Text, nullable=False),
    Column("lead_id", Uuid, nullable=False),
    Column("route", Text, nullable=False),
    Index(None, "lead_id", "read_id"),
    comment="Who looked at whose personal fields; the routes write it before they answer.",
)

JOURNEY = (VISITS, STEP_AGES, POSTINGS, OFFERS)
MONEY = SPEND
LIVE = TICKER

NOTES = note_table(METADATA)
DEAD_LETTERS = dead_letter_table(METADATA)
REBUILDS, REBUILD_CHANGES = rebuild_tables(METADATA)
IN_FORCE = in_force_table(METADATA)
SHADOWS = Table(
    "shadows",
    METADATA,
    Column("shadow_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("done", BigInteger, nullable=False, server_default=ZERO),
    Column("total", BigInteger, nullable=False, server_default=ZERO),
    Column("complete", Boolean, nullable=False, server_default=text("false")),
    Column("error", Text),
    comment="The version of the definitions that is kept beside the one in force.",
)
