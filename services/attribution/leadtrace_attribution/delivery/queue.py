"""Deliveries that are due, taken under a lease and settled by whoever holds it.

A worker that dies keeps its lease until it runs out; then any worker takes the delivery again. So each is
made at least once, and never by two workers at a time that are both in time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from leadtrace.store.connection import Connection
from leadtrace_attribution.delivery.subscriptions import DeadReason
from leadtrace_attribution.delivery.webhook import Told, told_of_row

_NOTIFICATION = """
told.notification_id, told.kind, told.lead_id, told.definition_version, told.clock, told.moment, told.team,
told.owner, told.partner, told.data, told.created_at
"""
_CLAIM = f"""
with due as materialized (
  select notification_no, subscription from attribution.deliveries
  where subscription = $1 and state = 'pending' and next_at <= $2
  order by next_at, notification_no limit $3 for update skip locked
), taken as (
  update attribution.deliveries held set lease = $4, next_at = $5
  from due where (held.notification_no, held.subscription) = (due.notification_no, due.subscription)
  returning held.notification_no, held.attempts
)
select taken.notification_no, taken.attempts, {_NOTIFICATION}
from taken join attribution.notifications told using (notification_no) order by notification_no
"""
# That it was given up meanwhile changes nothing: the receiver has it.
_DELIVERED = """
update attribution.deliveries set state = 'delivered', attempts = attempts + 1, lease = null, reason = null,
  last_attempt_at = $4, last_status = $5, last_error = null, settled_at = $4
where notification_no = $1 and subscription = $2 and lease = $3 and state <> 'delivered'
"""
_FAILED = """
update attribution.deliveries set attempts = attempts + 1, lease = null,
  last_attempt_at = $4, last_status = $5, last_error = $6, next_at = coalesce($7, next_at),
  state = case when $7::timestamptz is null then 'dead' else 'pending' end,
  reason = case when $7::timestamptz is null then $8 end,
  settled_at = case when $7::timestamptz is null then $4::timestamptz end
where notification_no = $1 and subscription = $2 and lease = $3 and state = 'pending'
"""
_NEXT = """
select min(next_at) from attribution.deliveries where subscription = $1 and state = 'pending'
"""


class Taken(NamedTuple):
    """A delivery that this worker holds, with how many of its attempts failed."""

    notification_no: int
    subscription: str
    lease: UUID
    failed: int
    told: Told


class Failure(NamedTuple):
    """Why an attempt failed: the status that came, or what went wrong without one, in a few words."""

    status: int | None
    words: str


async def claim(
    connection: Connection, subscription: str, lease: UUID, *, now: datetime, lease_s: float, limit: int
) -> Sequence[Taken]:
    """Take the deliveries that are due longest."""
    ends_at = now + timedelta(seconds=lease_s)
    rows = await connection.fetch(_CLAIM, subscription, now, limit, lease, ends_at)
    return [Taken(row[0], subscription, lease, row[1], told_of_row(row[2:])) for row in rows]


async def delivered(connection: Connection, taken: Taken, *, status: int, now: datetime) -> None:
    """The receiver has it; without effect if the lease ran out and another worker took it."""
    await connection.execute(_DELIVERED, taken.notification_no, taken.subscription, taken.lease, now, status)


async def failed(
    connection: Connection, taken: Taken, failure: Failure, *, now: datetime, next_at: datetime | None
) -> None:
    """The attempt failed; it is tried again at `next_at`, or given up if that is None."""
    key = (taken.notification_no, taken.subscription, taken.lease)
    dead = DeadReason.EXHAUSTED.value
    await connection.execute(_FAILED, *key, now, failure.status, failure.words, next_at, dead)


async def next_due(connection: Connection, subscription: str) -> datetime | None:
    """When the next delivery of a subscription is due; None if none waits."""
    moment: datetime | None = await connection.fetchval(_NEXT, subscription)
    return moment
