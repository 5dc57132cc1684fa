"""Hands each new notification to every subscription that wants it: one delivery for each pair, exactly once.

Several workers share the work by row locks. The number of deliveries stands with the notification, written
in the same transaction, so that a delivery that is lost can be told from one that never was.
"""

from datetime import datetime

from leadtrace.store.connection import Connection
from leadtrace_attribution.delivery.subscriptions import DeadReason

AT_ONCE = 500
# What a subscription wants of a notification; a replay asks the same.
WANTS = """
(cardinality(wanted.kinds) = 0 or told.kind = any(wanted.kinds))
and (cardinality(wanted.teams) = 0 or told.team = any(wanted.teams))
and (wanted.newest_for is null or told.moment >= told.created_at - wanted.newest_for)
"""
_ROUTE = f"""
with told as materialized (
  select notification_no, kind, team, moment, created_at from attribution.notifications
  where routed_to is null order by notification_no limit {AT_ONCE} for update skip locked
), made as (
  insert into attribution.deliveries (notification_no, subscription, state, next_at, reason, settled_at)
  select told.notification_no, wanted.subscription,
         case when wanted.disabled_at is null then 'pending' else 'dead' end, $1::timestamptz,
         case when wanted.disabled_at is not null then $2 end,
         case when wanted.disabled_at is not null then $1::timestamptz end
  from told join attribution.subscriptions wanted on {WANTS}
  where wanted.configured
  on conflict do nothing
  returning notification_no
), counted as (
  select notification_no, count(*)::int as deliveries from made group by notification_no
)
update attribution.notifications kept set routed_to = coalesce(counted.deliveries, 0)
from told left join counted using (notification_no)
where kept.notification_no = told.notification_no
returning kept.routed_to
"""
_ANY = "select exists (select from attribution.notifications where routed_to is null)"
# Subscriptions do not change while a notification is routed by them.
_HOLD = "select from attribution.subscriptions order by subscription for share"


async def route(connection: Connection, now: datetime) -> tuple[int, int]:
    """Route the oldest notifications that nobody has yet; how many, and how many deliveries they make."""
    if not await connection.fetchval(_ANY):
        return 0, 0
    async with connection.transaction():
        await connection.execute(_HOLD)
        rows = await connection.fetch(_ROUTE, now, DeadReason.GONE.value)
    return len(rows), sum(made for (made,) in rows)
