"""The tables of what is told outside; folds write the first, the webhooks worker the other two."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    Interval,
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

_MOMENT = DateTime(timezone=True)


def delivery_tables(metadata: MetaData) -> tuple[Table, Table, Table]:
    """What happened, who wants to know, and what became of each pair of both."""
    notifications = Table(
        "notifications",
        metadata,
        Column("notification_no", BigInteger, Identity(always=True), nullable=False, unique=True),
        Column("notification_id", Uuid, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("lead_id", Uuid, nullable=False),
        Column("definition_version", Integer, nullable=False),
        Column("clock", Text),
        Column("moment", _MOMENT, nullable=False),
        Column("team", Text),
        Column("owner", Text),
        Column("partner", Text),
        Column("about", Text, nullable=False, server_default=text("''")),
        Column("data", JSONB, nullable=False),
        Column("created_at", _MOMENT, nullable=False, server_default=func.now()),
        Column("routed_to", Integer, comment="How many subscriptions have a delivery of it; null: not yet."),
        UniqueConstraint(
            *("lead_id", "definition_version", "kind", "clock", "moment", "about"),
            name="notifications_told_once_key",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_notifications_unrouted", "notification_no", postgresql_where=text("routed_to is null")),
        Index("ix_notifications_created_at", "created_at"),
    )
    subscriptions = Table(
        "subscriptions",
        metadata,
        Column("subscription", Text, primary_key=True),
        Column("kinds", ARRAY(Text), nullable=False, comment="Empty: every kind."),
        Column("teams", ARRAY(Text), nullable=False, comment="Empty: every team, and none."),
        Column("newest_for", Interval, comment="Older news is not delivered; null: all is."),
        Column("address_hash", LargeBinary, nullable=False),
        Column("configured", Boolean, nullable=False),
        Column("known_since", _MOMENT, nullable=False),
        Column("disabled_at", _MOMENT),
        Column("disabled_reason", Text),
    )
    deliveries = Table(
        "deliveries",
        metadata,
        Column("notification_no", BigInteger, primary_key=True, autoincrement=False),
        Column("subscription", Text, primary_key=True),
        Column("state", Text, nullable=False),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("next_at", _MOMENT, nullable=False),
        Column("lease", Uuid),
        Column("last_attempt_at", _MOMENT),
        Column("last_status", Integer),
        Column("last_error", Text),
        Column("settled_at", _MOMENT),
        Column("reason", Text),
        CheckConstraint("state in ('pending', 'delivered', 'dead')", name="state"),
        Index(
            *("ix_deliveries_due", "subscription", "next_at", "notification_no"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            *("ix_deliveries_dead", "subscription", "notification_no"),
            postgresql_where=text("state = 'dead'"),
        ),
    )
    return notifications, subscriptions, deliveries
