"""What is to be told outside, written in the transaction of the fold that found it; told once however often.

A notification never holds personal data: its id, its kind and what it says go to third parties.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec

from leadtrace.events.notifications import NotificationKind
from leadtrace.events.times import to_micros
from leadtrace.store.connection import Connection

CHANNEL = "leadtrace_attribution_notifications"
_NAMES = UUID("7c1f2b52-94e6-5b0e-8b0f-0f6a4f0c9d11")
_INSERT = """
insert into attribution.notifications
  (notification_id, kind, lead_id, definition_version, clock, moment, team, owner, partner, about, data)
select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[], $5::text[], $6::timestamptz[],
                     $7::text[], $8::text[], $9::text[], $10::text[], $11::jsonb[])
on conflict do nothing
"""
_WAKE = f"select pg_notify('{CHANNEL}', '')"


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a lead at `moment`, by one version of the definitions.

    `clock` names the clock where several run, `about` tells apart what else would be one. `data` is JSON; of
    an offer it has `offer_id` (text) and `offered_at` (a moment, ISO 8601), without which no links to answer
    are made, unless the notification is the offer itself.
    """

    kind: NotificationKind
    lead_id: UUID
    definition_version: int
    moment: datetime
    clock: str | None = None
    team: str | None = None
    owner: str | None = None
    partner: str | None = None
    about: str = ""
    data: Mapping[str, Any] = {}

    @property
    def notification_id(self) -> UUID:
        """The same whenever it is told again."""
        moment = to_micros(self.moment)
        parts = (self.lead_id, self.definition_version, self.kind, self.clock or "", moment, self.about)
        return uuid5(_NAMES, "\x1f".join(map(str, parts)))


async def notify(connection: Connection, rows: Sequence[Notification]) -> None:
    """Have what is new among these told; what was told before is passed over."""
    if not rows:
        return
    # In one order, so that two transactions with the same rows wait for each other instead of deadlocking.
    ordered = sorted(rows, key=lambda one: one.notification_id)
    await connection.execute(
        _INSERT,
        [one.notification_id for one in ordered],
        [one.kind.value for one in ordered],
        [one.lead_id for one in ordered],
        [one.definition_version for one in ordered],
        [one.clock for one in ordered],
        [one.moment for one in ordered],
        [one.team for one in ordered],
        [one.owner for one in ordered],
        [one.partner for one in ordered],
        [one.about for one in ordered],
        [msgspec.json.encode(one.data).decode() for one in ordered],
    )
    await connection.execute(_WAKE)
