"""The equation of webhooks, from tables: what was routed is delivered, pending or dead, and nothing else."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from leadtrace.store.connection import Connection

_SUBSCRIPTIONS = """
select known.subscription, known.configured, known.kinds, known.teams, known.disabled_at,
       known.disabled_reason, coalesce(sums.delivered, 0)::bigint, coalesce(sums.pending, 0)::bigint,
       coalesce(sums.dead, 0)::bigint, sums.oldest_pending_at, sums.next_at
from attribution.subscriptions known left join (
  select held.subscription, count(*) filter (where held.state = 'delivered') as delivered,
         count(*) filter (where held.state = 'pending') as pending,
         count(*) filter (where held.state = 'dead') as dead,
         min(told.created_at) filter (where held.state = 'pending') as oldest_pending_at,
         min(held.next_at) filter (where held.state = 'pending') as next_at
  from attribution.deliveries held
  left join attribution.notifications told
    on told.notification_no = held.notification_no and held.state = 'pending'
  group by held.subscription
) sums using (subscription) order by known.subscription
"""
# What waits and what is dead are few: their indexes say it, however much was delivered.
_WAITING = """
select held.subscription, count(*)::bigint, min(told.created_at)
from attribution.deliveries held join attribution.notifications told using (notification_no)
where held.state = 'pending' group by held.subscription
"""
_DEAD = """
select subscription, count(*)::bigint from attribution.deliveries where state = 'dead' group by subscription
"""
_OLDEST_UNROUTED = """
select created_at from attribution.notifications where routed_to is null order by notification_no limit 1
"""
_NOTIFICATIONS = """
select count(*)::bigint, count(*) filter (where routed_to is null)::bigint,
       coalesce(sum(routed_to), 0)::bigint, min(created_at) filter (where routed_to is null)
from attribution.notifications
"""


class SubscriptionBalance(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the deliveries of one subscription, and whether it is told at present."""

    subscription: str
    configured: bool
    kinds: Sequence[str]
    teams: Sequence[str]
    disabled_at: datetime | None
    disabled_reason: str | None
    delivered: int
    pending: int
    dead: int
    oldest_pending_age_s: float | None
    next_at: datetime | None


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides: `matched` pairs of notification and subscription, and their outcomes; difference 0."""

    notifications: int
    unrouted: int
    oldest_unrouted_age_s: float | None
    matched: int
    delivered: int
    pending: int
    dead: int
    difference: int
    subscriptions: Sequence[SubscriptionBalance]


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What has not been delivered, by subscription: how much waits, how long the oldest, how much is dead."""

    pending: dict[str, int]
    oldest_pending_age_s: dict[str, float]
    dead: dict[str, int]
    oldest_unrouted_age_s: float


async def waiting(connection: Connection, now: datetime) -> Waiting:
    """What has not been delivered, told without counting what was."""
    pending = await connection.fetch(_WAITING)
    dead = await connection.fetch(_DEAD)
    unrouted = await connection.fetchval(_OLDEST_UNROUTED)
    return Waiting(
        pending={name: count for name, count, _ in pending},
        oldest_pending_age_s={name: _age_s(oldest, now) or 0.0 for name, _, oldest in pending},
        dead={row[0]: row[1] for row in dead},
        oldest_unrouted_age_s=_age_s(unrouted, now) or 0.0,
    )


async def balance(connection: Connection, now: datetime) -> Balance:
    """The equation at one moment."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        rows = await connection.fetch(_SUBSCRIPTIONS)
        told = await connection.fetchrow(_NOTIFICATIONS)
    assert told is not None  # noqa: S101 - a sum has a row
    notifications, unrouted, matched, oldest_unrouted = told
    subscriptions = [
        SubscriptionBalance(
            subscription=row[0],
            configured=row[1],
            kinds=row[2],
            teams=row[3],
            disabled_at=row[4],
            disabled_reason=row[5],
            delivered=row[6],
            pending=row[7],
            dead=row[8],
            oldest_pending_age_s=_age_s(row[9], now),
            next_at=row[10],
        )
        for row in rows
    ]
    delivered, pending, dead = (
        sum(getattr(one, state) for one in subscriptions) for state in ("delivered", "pending", "dead")
    )
    return Balance(
        notifications=notifications,
        unrouted=unrouted,
        oldest_unrouted_age_s=_age_s(oldest_unrouted, now),
        matched=matched,
        delivered=delivered,
        pending=pending,
        dead=dead,
        difference=matched - delivered - pending - dead,
        subscriptions=subscriptions,
    )


def _age_s(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else max(0.0, (now - moment).total_seconds())
