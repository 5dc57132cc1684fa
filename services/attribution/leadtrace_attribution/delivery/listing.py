"""Reads of deliveries: a page of them, and everything about those of one notification."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from leadtrace.store.connection import Connection
from leadtrace_attribution.delivery.selection import MATCHES, Selection, State
from leadtrace_attribution.delivery.subscriptions import DeadReason
from leadtrace_attribution.delivery.webhook import Told, told_of_row, webhook_id

_COLUMNS = """
told.notification_no, told.notification_id, held.subscription, told.kind, told.lead_id, told.moment,
told.created_at, held.state, held.attempts, held.next_at, held.lease is not null and held.next_at > $7,
held.last_attempt_at, held.last_status, held.last_error, held.settled_at, held.reason
"""
_FROM = "attribution.deliveries held join attribution.notifications told using (notification_no)"
_PAGE = f"""
select {_COLUMNS} from {_FROM}
where {MATCHES} and (told.notification_no, held.subscription) > ($8, $9)
order by told.notification_no, held.subscription limit $10
"""
_OF_ONE = f"select {_COLUMNS} from {_FROM} where {MATCHES} order by held.subscription"
_TOLD = """
select notification_id, kind, lead_id, definition_version, clock, moment, team, owner, partner, data,
       created_at
from attribution.notifications where notification_id = $1
"""


class Place(NamedTuple):
    """Where a page ends: the number of its last notification, and the subscription."""

    number: int = 0
    subscription: str = ""


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery; `sentence` says why a dead one is, `attempting` that a worker holds it now."""

    number: int
    notification_id: UUID
    webhook_id: str
    subscription: str
    kind: str
    lead_id: UUID
    moment: datetime
    told_at: datetime
    state: State
    attempts: int
    next_at: datetime | None
    attempting: bool
    last_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None
    settled_at: datetime | None
    reason: str | None
    sentence: str | None


async def page(
    connection: Connection,
    selection: Selection,
    state: State | None,
    *,
    now: datetime,
    after: Place,
    limit: int,
) -> Sequence[DeliveryRow]:
    """The deliveries that follow `after`, in the order in which they were told of."""
    rows = await connection.fetch(_PAGE, *selection.arguments(state), now, *after, limit)
    return [_row(tuple(row)) for row in rows]


async def told_of(connection: Connection, notification_id: UUID) -> Told | None:
    """What a notification says."""
    row = await connection.fetchrow(_TOLD, notification_id)
    return None if row is None else told_of_row(tuple(row))


async def deliveries_of(connection: Connection, notification_id: UUID, now: datetime) -> list[DeliveryRow]:
    """What became of a notification with each subscription that wants it."""
    selection = Selection(ids=(notification_id,))
    rows = await connection.fetch(_OF_ONE, *selection.arguments(None), now)
    return [_row(tuple(row)) for row in rows]


def _row(row: tuple[Any, ...]) -> DeliveryRow:
    state, reason = State(row[7]), row[15]
    return DeliveryRow(
        number=row[0],
        notification_id=row[1],
        webhook_id=webhook_id(row[1], row[2]),
        subscription=row[2],
        kind=row[3],
        lead_id=row[4],
        moment=row[5],
        told_at=row[6],
        state=state,
        attempts=row[8],
        next_at=row[9] if state is State.PENDING else None,
        attempting=row[10] if state is State.PENDING else False,
        last_attempt_at=row[11],
        last_status=row[12],
        last_error=row[13],
        settled_at=row[14],
        reason=reason,
        sentence=None if reason is None else DeadReason(reason).sentence,
    )
