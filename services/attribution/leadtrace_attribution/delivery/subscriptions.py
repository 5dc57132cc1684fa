"""Subscriptions as the tables know them: what they want, and whether they are told at present.

Neither address nor secret is stored. What a subscription wants holds for what is routed from then on; for
what came before there is a replay.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

from leadtrace.runtime.settings_outbound import Subscription
from leadtrace.store.connection import Connection

# In its own transaction, and one worker after the other: each sees what the one before it settled.
_TAKE_TURNS = "select pg_advisory_xact_lock(hashtext('leadtrace.subscriptions'))"
# Another address is another receiver: that the old one was gone says nothing of it.
_KEEP = """
insert into attribution.subscriptions as held
  (subscription, kinds, teams, newest_for, address_hash, configured, known_since)
values ($1, $2::text[], $3::text[], $4, $5, true, $6)
on conflict (subscription) do update set
  kinds = excluded.kinds, teams = excluded.teams, newest_for = excluded.newest_for, configured = true,
  address_hash = excluded.address_hash,
  disabled_at = case when held.address_hash = excluded.address_hash then held.disabled_at end,
  disabled_reason = case when held.address_hash = excluded.address_hash then held.disabled_reason end
"""
_REMOVE = """
update attribution.subscriptions set configured = false
where configured and subscription <> all($1::text[]) returning subscription
"""
_DISABLE = """
update attribution.subscriptions set disabled_at = $2, disabled_reason = $3
where subscription = $1 and disabled_at is null
"""
_ENABLE = """
update attribution.subscriptions set disabled_at = null, disabled_reason = null
where subscription = $1 and disabled_at is not null
"""
# Also of those removed before: a worker that stopped since may have routed for them until then.
_GONE = "select subscription from attribution.subscriptions where not configured"
_GIVE_UP = """
update attribution.deliveries set state = 'dead', reason = $2, settled_at = $3
where subscription = any($1::text[]) and state = 'pending'
"""


class DeadReason(StrEnum):
    """Why a delivery was given up."""

    EXHAUSTED = "exhausted"
    GONE = "gone"
    REMOVED = "removed"

    @property
    def sentence(self) -> str:
        """What it means, and what to do."""
        return _SENTENCES[self]


_SENTENCES = {
    DeadReason.EXHAUSTED: "Every attempt of the schedule failed; mend the receiver, then retry.",
    DeadReason.GONE: (
        "The receiver answered 410 Gone, so the subscription is disabled; correct its url, or retry it."
    ),
    DeadReason.REMOVED: "The subscription is not configured any more; configure it again, then retry.",
}


async def register(
    connection: Connection, configured: Mapping[str, Subscription], now: datetime
) -> list[str]:
    """Have the tables know what is configured; the names of those that were and are not any more.

    What these still waited for is dead: nobody could deliver it.
    """
    async with connection.transaction():
        await connection.execute(_TAKE_TURNS)
        for name, one in configured.items():
            hours = one.newest_for_hours
            await connection.execute(
                _KEEP,
                name,
                [kind.value for kind in one.kinds],
                list(one.teams),
                None if hours is None else timedelta(hours=hours),
                blake2b(one.url.get_secret_value().encode(), digest_size=16).digest(),
                now,
            )
        removed = [name for (name,) in await connection.fetch(_REMOVE, list(configured))]
        gone = [name for (name,) in await connection.fetch(_GONE)]
        await connection.execute(_GIVE_UP, gone, DeadReason.REMOVED.value, now)
    return removed


async def disable(connection: Connection, name: str, why: str, now: datetime) -> None:
    """Stop telling a subscription, visibly; what waits for it is dead, and what comes is dead at once."""
    async with connection.transaction():
        await connection.execute(_TAKE_TURNS)
        await connection.execute(_DISABLE, name, now, why)
        await connection.execute(_GIVE_UP, [name], DeadReason.GONE.value, now)


async def enable(connection: Connection, name: str) -> None:
    """Tell it again."""
    await connection.execute(_ENABLE, name)
