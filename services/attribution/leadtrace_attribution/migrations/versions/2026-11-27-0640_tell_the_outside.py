"""Tell the outside: what is to be told of leads, to whom, and what became of each delivery."""

from alembic import op

revision = "attribution_0008"
down_revision = "attribution_0007"

_STATEMENTS = (
    """
    create table notifications (
      notification_no bigint generated always as identity unique,
      notification_id uuid primary key,
      kind text not null,
      lead_id uuid not null,
      definition_version integer not null,
      clock text,
      moment timestamptz not null,
      team text,
      owner text,
      partner text,
      about text not null default '',
      data jsonb not null,
      created_at timestamptz not null default now(),
      routed_to integer,
      constraint notifications_told_once_key unique nulls not distinct
        (lead_id, definition_version, kind, clock, moment, about)
    )
    """,
    (
        "comment on column notifications.routed_to is"
        " 'How many subscriptions have a delivery of it; null: not yet.'"
    ),
    "create index ix_notifications_unrouted on notifications (notification_no) where routed_to is null",
    "create index ix_notifications_created_at on notifications (created_at)",
    """
    create table subscriptions (
      subscription text primary key,
      kinds text[] not null,
      teams text[] not null,
      newest_for interval,
      address_hash bytea not null,
      configured boolean not null,
      known_since timestamptz not null,
      disabled_at timestamptz,
      disabled_reason text
    )
    """,
    "comment on column subscriptions.kinds is 'Empty: every kind.'",
    "comment on column subscriptions.teams is 'Empty: every team, and none.'",
    "comment on column subscriptions.newest_for is 'Older news is not delivered; null: all is.'",
    """
    create table deliveries (
      notification_no bigint not null,
      subscription text not null,
      state text not null,
      attempts integer not null default 0,
      next_at timestamptz not null,
      lease uuid,
      last_attempt_at timestamptz,
      last_status integer,
      last_error text,
      settled_at timestamptz,
      reason text,
      primary key (notification_no, subscription),
      constraint deliveries_state_check check (state in ('pending', 'delivered', 'dead'))
    )
    """,
    """
    create index ix_deliveries_due on deliveries (subscription, next_at, notification_no)
      where state = 'pending'
    """,
    "create index ix_deliveries_dead on deliveries (subscription, notification_no) where state = 'dead'",
    """
    create view pub_webhooks as
      select subscription, count(*) as matched,
             count(*) filter (where state = 'delivered') as delivered,
             count(*) filter (where state = 'pending') as pending,
             count(*) filter (where state = 'dead') as dead
      from deliveries group by subscription
    """,
    """
    create view pub_webhook_balance as
      select told.matched, told.unrouted, made.delivered, made.pending, made.dead, told.oldest_unrouted_at,
             (
               select min(waiting.created_at) from deliveries held
               join notifications waiting using (notification_no) where held.state = 'pending'
             ) as oldest_pending_at
      from (
        select coalesce(sum(routed_to), 0)::bigint as matched,
               count(*) filter (where routed_to is null) as unrouted,
               min(created_at) filter (where routed_to is null) as oldest_unrouted_at
        from notifications
      ) told, (
        select count(*) filter (where state = 'delivered') as delivered,
               count(*) filter (where state = 'pending') as pending,
               count(*) filter (where state = 'dead') as dead
        from deliveries
      ) made
    """,
    """
    create view pub_subscriptions as
      select subscription, kinds, teams, configured, known_since, disabled_at, disabled_reason
      from subscriptions
    """,
    """
    create view pub_notifications as
      select notification_no, notification_id, kind, lead_id, definition_version, clock, moment, team,
             owner, partner, created_at, routed_to
      from notifications
    """,
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
