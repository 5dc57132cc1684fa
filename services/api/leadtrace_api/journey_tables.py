"""The read models of a lead's journey: its stays at stages and steps, in whose hands it was, handovers."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from leadtrace_api.table_parts import METADATA, MOMENT, ZERO, identity, known_columns

POSTINGS = Table(
    "postings",
    METADATA,
    Column("definition_version", Integer, primary_key=True),
    Column("at", MOMENT, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("team", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("partner", Text, primary_key=True),
    *known_columns(),
    Column("amount", BigInteger, nullable=False, server_default=ZERO),
    postgresql_with={"fillfactor": 70},
    comment="Double entry of custody: amounts of all accounts sum to 0 at every moment, in every state of "
    "knowledge.",
)


def _clock_columns() -> Iterator[Column[Any]]:
    for clock in ("accept", "contact", "outcome"):
        for name in ("since", "risk_at", "due_at", "at"):
            yield Column(f"{clock}_{name}", MOMENT)
        yield Column(f"{clock}_s", BigInteger)
        yield Column(f"{clock}_void", Boolean)


OFFERS = Table(
    "offers",
    METADATA,
    *identity("lead_id"),
    Column("place", Integer, primary_key=True),
    Column("at", MOMENT, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("terms_version", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("route", Text),
    Column("team", Text),
    Column("owner", Text),
    Column("partner", Text),
    Column("answer", Text, nullable=False),
    Column("answered_at", MOMENT),
    Column("answered_by", Text),
    Column("reason", Text),
    Column("ended_as", Text),
    Column("ended_at", MOMENT),
    Column("end_reason", Text),
    *_clock_columns(),
    Index(None, "definition_version", "at", "lead_id", "place"),
    Index(
        "ix_offers_running",
        "definition_version",
        "answer",
        "lead_id",
        postgresql_where=text("answer = 'open' or (answer = 'accepted' and ended_as is null)"),
    ),
    comment="Every handover of a lead, with its clocks.",
)

VISITS = Table(
    "visits",
    METADATA,
    *identity("lead_id"),
    Column("place", Integer, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("marks", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("actor", Text),
    Column("path", Text, comment="All stages of the lead in order, on its first visit."),
    Column("entered_at", MOMENT, nullable=False),
    Column("left_at", MOMENT, comment="Null while the lead stands there."),
    Column("gone_at", MOMENT, comment="When the lead was deleted while it stood there."),
    Column(
        "entered_open",
        BigInteger,
        nullable=False,
        comment="What the office clock showed then, in microseconds.",
    ),
    Column("ended_open", BigInteger, comment="The same when it was left, or the lead deleted."),
    Index(None, "definition_version", "entered_at"),
    comment="The stays of leads at stages, from each recorded entry to the next.",
)

STEP_AGES = Table(
    "step_ages",
    METADATA,
    Column("definition_version", Integer, primary_key=True),
    Column("dimension", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("entries", LargeBinary, nullable=False, comment="Pairs of a code and a count: step_codes.py."),
    # Read by the thousand: below a page they are kept in the row, as they are.
    postgresql_with={"fillfactor": 70, "toast_tuple_target": 8160},
    comment="Of the leads captured on a day: how each of their steps ended, and at which age.",
)
