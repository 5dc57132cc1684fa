"""Has deliveries made again: dead ones by `retry`, all that was told in a period by `replay`.

A delivery keeps its id, so a receiver that has it already can tell. One that is pending is left alone, and so
are subscriptions that are disabled or not configured, unless a disabled one is named: naming it enables it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from leadtrace.store.connection import Connection, Pool
from leadtrace_attribution.delivery.routing import WANTS
from leadtrace_attribution.delivery.selection import MATCHES, Selection, State
from leadtrace_attribution.delivery.subscriptions import enable
from leadtrace_attribution.notifications import CHANNEL

_AT_ONCE = 1_000
_WAKE = f"select pg_notify('{CHANNEL}', '')"
_TOLD = "join attribution.notifications told using (notification_no)"
_LIVE = "wanted.configured and wanted.disabled_at is null"
_FRESH = """
state = 'pending', attempts = 0, next_at = $7, lease = null, reason = null, settled_at = null
"""
_RETRY = f"""
with chosen as materialized (
  select held.notification_no, held.subscription from attribution.deliveries held {_TOLD}
  join attribution.subscriptions wanted on wanted.subscription = held.subscription and {_LIVE}
  where {MATCHES} order by held.notification_no, held.subscription limit {_AT_ONCE}
  for update of held skip locked
)
update attribution.deliveries kept set {_FRESH} from chosen
where (kept.notification_no, kept.subscription) = (chosen.notification_no, chosen.subscription)
returning 1
"""
# No state is asked for (`$2`): what wants a notification has a pending delivery of it afterwards.
_MATCHES_TOLD = """
($1::text is null or wanted.subscription = $1) and $2::text is null
and ($3::text is null or told.kind = $3) and ($4::timestamptz is null or told.created_at >= $4)
and ($5::timestamptz is null or told.created_at < $5)
and ($6::uuid[] is null or told.notification_id = any($6))
"""
_REPLAY = f"""
with told as materialized (
  select notification_no, notification_id, kind, team, moment, created_at from attribution.notifications told
  where routed_to is not null and notification_no > $8
    and ($3::text is null or kind = $3) and ($4::timestamptz is null or created_at >= $4)
    and ($5::timestamptz is null or created_at < $5) and ($6::uuid[] is null or notification_id = any($6))
  order by notification_no limit {_AT_ONCE} for update
), again as (
  insert into attribution.deliveries as held (notification_no, subscription, state, next_at)
  select told.notification_no, wanted.subscription, 'pending', $7
  from told join attribution.subscriptions wanted on {WANTS}
  where {_LIVE} and {_MATCHES_TOLD}
  order by 1, 2
  on conflict (notification_no, subscription) do update set {_FRESH} where held.state <> 'pending'
  returning notification_no, xmax = 0 as is_new
), counted as (
  select notification_no, count(*) filter (where is_new)::int as added, count(*)::int as redone
  from again group by notification_no
), kept as (
  update attribution.notifications kept set routed_to = kept.routed_to + counted.added
  from counted where kept.notification_no = counted.notification_no and counted.added > 0
  returning 1
)
select (select max(notification_no) from told), coalesce((select sum(redone) from counted), 0)::bigint,
       (select count(*) from kept)
"""
_WOULD_RETRY = f"""
select count(*)::bigint from attribution.deliveries held {_TOLD}
join attribution.subscriptions wanted on wanted.subscription = held.subscription
  and wanted.configured and (wanted.disabled_at is null or wanted.subscription = $1)
where {MATCHES}
"""
_WOULD_REPLAY = f"""
select count(*)::bigint from attribution.notifications told
join attribution.subscriptions wanted on {WANTS}
left join attribution.deliveries held
  on (held.notification_no, held.subscription) = (told.notification_no, wanted.subscription)
where wanted.configured and (wanted.disabled_at is null or wanted.subscription = $1)
  and told.routed_to is not null and (held.state is null or held.state <> 'pending') and {_MATCHES_TOLD}
"""
_LEFT_ALONE = """
select subscription from attribution.subscriptions
where (not configured or disabled_at is not null) and ($1::text is null or subscription = $1)
order by subscription
"""
_KNOWN = "select subscription from attribution.subscriptions order by subscription"


class Again(NamedTuple):
    """How many deliveries will be made again, and which subscriptions were left alone."""

    deliveries: int
    left_alone: list[str]


async def known_subscriptions(connection: Connection) -> Sequence[str]:
    """The names of all that ever were configured."""
    return [name for (name,) in await connection.fetch(_KNOWN)]


async def retry(pool: Pool, selection: Selection, now: datetime, *, dry_run: bool) -> Again:
    """Have dead deliveries tried again, from the beginning of the schedule."""
    arguments = selection.arguments(State.DEAD)
    async with pool.acquire() as connection:
        if dry_run:
            return Again(
                await connection.fetchval(_WOULD_RETRY, *arguments), await _alone(connection, selection)
            )
        await _enable_named(connection, selection)
        done = 0
        while found := len(await connection.fetch(_RETRY, *arguments, now)):
            done += found
        await connection.execute(_WAKE)
        return Again(done, await _alone(connection, selection))


async def replay(pool: Pool, selection: Selection, now: datetime, *, dry_run: bool) -> Again:
    """Have everything told again that subscriptions want now, also what was delivered or came before them."""
    arguments = selection.arguments(None)
    async with pool.acquire() as connection:
        if dry_run:
            return Again(
                await connection.fetchval(_WOULD_REPLAY, *arguments), await _alone(connection, selection)
            )
        await _enable_named(connection, selection)
        done, after = 0, 0
        while True:
            row = await connection.fetchrow(_REPLAY, *arguments, now, after)
            if row is None or row[0] is None:
                break
            after, done = row[0], done + row[1]
        await connection.execute(_WAKE)
        return Again(done, await _alone(connection, selection))


async def _enable_named(connection: Connection, selection: Selection) -> None:
    if selection.subscription is not None:
        await enable(connection, selection.subscription)


async def _alone(connection: Connection, selection: Selection) -> list[str]:
    return [name for (name,) in await connection.fetch(_LEFT_ALONE, selection.subscription)]
