"""The tables of spend: postings as they came, by account, and what of those that count falls on which day."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from leadtrace_api.table_parts import METADATA

SPEND_ACCOUNTS = Table(
    "spend_accounts",
    METADATA,
    Column("account_id", Uuid, primary_key=True),
    Column("source", Text, comment="Who posts it; null until a posting of it was read."),
    Column("account", Text),
    comment="Accounts of spend; whoever changes what counts of one holds its row.",
)

SPEND_EVENTS = Table(
    "spend_events",
    METADATA,
    Column("event_no", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", Uuid, nullable=False),
    Column("source", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("recorded", BigInteger, nullable=False, comment="When the door received it, in microseconds."),
    Column("first_day", Date, comment="Of the scope of a posting."),
    Column("last_day", Date),
    Column("corrects_source", Text, comment="Of a correction: what it says was told in error."),
    Column("corrects_id", Text),
    Column("totals", JSONB, comment="Minor units of all rows of a posting by currency."),
    Column("fate", Text, nullable=False, comment="counted, replaced, void, correction or unknown."),
    Column("body", LargeBinary, nullable=False),
    Index(None, "account_id"),
    comment="The set of each account of spend: postings and corrections of them, as they were published.",
)

SPEND_DAYS = Table(
    "spend_days",
    METADATA,
    Column("event_no", BigInteger, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, comment="Of the row in its posting."),
    Column("day", Date, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text),
    Column("source", Text),
    Column("medium", Text),
    Column("campaign", Text),
    Column("content", Text),
    Column("outlet", Text),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False, comment="Minor units of currency, as spent."),
    Column("counted", BigInteger, nullable=False, comment="Minor units of counted_in."),
    Column("counted_in", Text, nullable=False, comment="The reporting currency where the day has a rate."),
    Index(None, "day"),
    comment="What was spent on each day by the postings that count; a day of a row without money has no row.",
)

SPEND = (SPEND_ACCOUNTS, SPEND_EVENTS, SPEND_DAYS)
