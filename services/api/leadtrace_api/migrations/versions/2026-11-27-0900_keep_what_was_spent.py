"""Keep what was spent: the postings of each account, and what of them falls on which day."""

from alembic import op

revision = "api_0017"
down_revision = "api_0016"

_STATEMENTS = (
    """
    create table spend_accounts (
      account_id uuid not null,
      source text,
      account text,
      constraint pk_spend_accounts primary key (account_id)
    )
    """,
    """
    create table spend_events (
      event_no bigint not null,
      account_id uuid not null,
      source text not null,
      id text not null,
      type text not null,
      recorded bigint not null,
      first_day date,
      last_day date,
      corrects_source text,
      corrects_id text,
      totals jsonb,
      fate text not null,
      body bytea not null,
      constraint pk_spend_events primary key (event_no)
    )
    """,
    "create index ix_spend_events_account_id on spend_events (account_id)",
    """
    create table spend_days (
      event_no bigint not null,
      place integer not null,
      day date not null,
      account_id uuid not null,
      kind text not null,
      channel text,
      source text,
      medium text,
      campaign text,
      content text,
      outlet text,
      currency text not null,
      amount bigint not null,
      counted bigint not null,
      counted_in text not null,
      constraint pk_spend_days primary key (event_no, place, day)
    )
    """,
    "create index ix_spend_days_day on spend_days (day)",
    """
    comment on table spend_accounts is
      'Accounts of spend; whoever changes what counts of one holds its row.'
    """,
    "comment on column spend_accounts.source is 'Who posts it; null until a posting of it was read.'",
    """
    comment on table spend_events is
      'The set of each account of spend: postings and corrections of them, as they were published.'
    """,
    "comment on column spend_events.recorded is 'When the door received it, in microseconds.'",
    "comment on column spend_events.first_day is 'Of the scope of a posting.'",
    "comment on column spend_events.corrects_source is 'Of a correction: what it says was told in error.'",
    "comment on column spend_events.totals is 'Minor units of all rows of a posting by currency.'",
    "comment on column spend_events.fate is 'counted, replaced, void, correction or unknown.'",
    """
    comment on table spend_days is
      'What was spent on each day by the postings that count; a day of a row without money has no row.'
    """,
    "comment on column spend_days.place is 'Of the row in its posting.'",
    "comment on column spend_days.amount is 'Minor units of currency, as spent.'",
    "comment on column spend_days.counted is 'Minor units of counted_in.'",
    "comment on column spend_days.counted_in is 'The reporting currency where the day has a rate.'",
    # The set is what was seen: nothing else of a posting is kept.
    "create view pub_seen as select event_no from spend_events",
    """
    create view pub_spend_accounts as
      select account_id, count(*)::integer as event_count,
             count(*) filter (where fate = 'unknown')::integer as ignored_count, null::text as stuck_error
      from spend_events group by account_id
    """,
)


def upgrade() -> None:
    """Make the tables; reconciliation has ingest publish what was posted before."""
    for statement in _STATEMENTS:
        op.execute(statement)
