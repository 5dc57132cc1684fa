"""The tables of journeys and credits; only the crediting work writes them, folds only say what is due."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)

# What a touch says of where it came from, and the array of a journey that holds it touch by touch.
LEVELS = {
    "channel": "channels",
    "source": "sources",
    "medium": "mediums",
    "campaign": "campaigns",
    "content": "contents",
    "outlet": "outlets",
}


def crediting_tables(metadata: MetaData) -> tuple[Table, ...]:
    """What is due, journeys of units, credits of won deals, sums of both by day, and the state of all."""
    due = Table(
        "credit_due",
        metadata,
        Column("kind", Text, primary_key=True),
        Column("entity_id", Uuid, primary_key=True),
        Column("marked_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
        Index("ix_credit_due_marked_at", "marked_at"),
    )
    kept = (_journeys(metadata), _credits(metadata))
    sums = (_credit_days(metadata), _journey_days(metadata), _journey_steps(metadata))
    return (due, *kept, *sums, _credit_state(metadata))


def _journeys(metadata: MetaData) -> Table:
    return Table(
        "journeys",
        metadata,
        Column("unit_id", Uuid, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("revision", BigInteger, nullable=False, comment="Of the row that it was judged by."),
        Column("judged_by", BigInteger, nullable=False, comment="Tells terms and code apart."),
        Column("outcome", Text, comment="Null: it has no journey of its own."),
        Column("ended_on", Date),
        Column("touches", Integer, nullable=False, server_default=text("0")),
        Column("cut", Boolean, nullable=False, server_default=text("false")),
        Column("leads", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
        Column("amount", BigInteger),
        Column("counted_in", Text),
        Column("missing", ARRAY(Text), nullable=False, server_default=text("'{}'")),
        *(Column(name, ARRAY(Text), nullable=False, server_default=text("'{}'")) for name in LEVELS.values()),
        Column("entered_on", Date, comment="The day on which the first of its leads was captured."),
        CheckConstraint("kind in ('deal', 'lead')", name="kind"),
        CheckConstraint("outcome in ('won', 'lost', 'open')", name="outcome"),
        Index("ix_journeys_judged_by", "judged_by"),
        Index("ix_journeys_ended_on", "ended_on", postgresql_where=text("outcome is not null")),
    )


def _touch() -> list[Column[str] | Column[bool]]:
    return [
        Column("attributed", Boolean, nullable=False),
        *(Column(name, Text) for name in LEVELS),
    ]


def _credits(metadata: MetaData) -> Table:
    return Table(
        "credits",
        metadata,
        Column("deal_id", Uuid, primary_key=True),
        Column("place", Integer, primary_key=True),
        Column("won_on", Date, nullable=False),
        Column("booked_on", Date, nullable=False),
        Column("counted_in", Text, comment="Null: amounts are millionths of a deal."),
        *_touch(),
        Column("amounts", ARRAY(BigInteger), nullable=False, comment="Minor units, by model."),
        Index("ix_credits_won_on", "won_on"),
    )


def _credit_days(metadata: MetaData) -> Table:
    return Table(
        "credit_days",
        metadata,
        Column("key", LargeBinary, primary_key=True),
        Column("won_on", Date, nullable=False),
        Column("booked_on", Date, nullable=False),
        Column("counted_in", Text),
        *_touch(),
        Column("credits", BigInteger, nullable=False, comment="How many rows it sums."),
        Column("amounts", ARRAY(BigInteger), nullable=False),
        Index("ix_credit_days_won_on", "won_on"),
        Index("ix_credit_days_booked_on", "booked_on"),
    )


def _journey_days(metadata: MetaData) -> Table:
    return Table(
        "journey_days",
        metadata,
        Column("key", LargeBinary, primary_key=True),
        Column("ended_on", Date),
        Column("outcome", Text, nullable=False),
        Column("counted_in", Text),
        Column("channels", ARRAY(Text), nullable=False),
        Column("journeys", BigInteger, nullable=False),
        Column("amount", BigInteger, nullable=False),
        Index("ix_journey_days_ended_on", "ended_on"),
    )


def _journey_steps(metadata: MetaData) -> Table:
    return Table(
        "journey_steps",
        metadata,
        Column("key", LargeBinary, primary_key=True),
        Column("ended_on", Date, nullable=False),
        Column("outcome", Text, nullable=False),
        Column("kind", Text, nullable=False, comment="none: journeys without a touch."),
        Column("origin", Text),
        Column("target", Text),
        Column("journeys", BigInteger, nullable=False),
        CheckConstraint("kind in ('start', 'step', 'end', 'none')", name="kind"),
        Index("ix_journey_steps_ended_on", "ended_on"),
    )


def _credit_state(metadata: MetaData) -> Table:
    return Table(
        "credit_state",
        metadata,
        Column("part", Text, primary_key=True),
        Column(
            "token",
            Uuid,
            nullable=False,
            comment="Another one for each change: equal tokens, equal journeys.",
        ),
        CheckConstraint("part in ('ended', 'open')", name="part"),
    )
