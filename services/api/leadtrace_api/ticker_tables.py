"""The tables of the ticker: what waits for its number, what has one, and how far numbers go."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Identity, Table, Text, text

from leadtrace_api.table_parts import METADATA, MOMENT, ZERO

_TOLD_AT = text("clock_timestamp()")

TICKER_WAITING = Table(
    "ticker_waiting",
    METADATA,
    Column("entry_id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("told_at", MOMENT, nullable=False, server_default=_TOLD_AT),
    comment="Entries as projectors tell them, in the transaction of what they tell of.",
)

TICKER_ENTRIES = Table(
    "ticker_entries",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("told_at", MOMENT, nullable=False),
    Column("numbered_at", MOMENT, nullable=False, index=True),
    comment="Entries with their numbers, consecutive, in the order of commits; kept for 24 hours.",
)

TICKER_STATE = Table(
    "ticker_state",
    METADATA,
    Column("single", Boolean, primary_key=True, server_default=text("true")),
    Column("last_number", BigInteger, nullable=False, server_default=ZERO),
    Column("pruned_number", BigInteger, nullable=False, server_default=ZERO),
    CheckConstraint("single", name="single"),
    comment="The highest number that was given, and the highest that is kept no longer.",
)

TICKER = (TICKER_WAITING, TICKER_ENTRIES, TICKER_STATE)
