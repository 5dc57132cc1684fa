"""Credit what made the sale: journeys of deals and leads, credits of won deals, sums of both by day."""

from alembic import op

revision = "attribution_0010"
down_revision = "attribution_0009"

_TOUCH = """
      attributed boolean not null,
      channel text, source text, medium text, campaign text, content text, outlet text,
"""
_STATEMENTS = (
    """
    create table credit_due (
      kind text not null,
      entity_id uuid not null,
      marked_at timestamptz not null default clock_timestamp(),
      primary key (kind, entity_id)
    )
    """,
    "create index ix_credit_due_marked_at on credit_due (marked_at)",
    """
    create table journeys (
      unit_id uuid primary key,
      kind text not null,
      revision bigint not null,
      judged_by bigint not null,
      outcome text,
      ended_on date,
      touches integer not null default 0,
      cut boolean not null default false,
      leads uuid[] not null default '{}',
      amount bigint,
      counted_in text,
      missing text[] not null default '{}',
      channels text[] not null default '{}',
      sources text[] not null default '{}',
      mediums text[] not null default '{}',
      campaigns text[] not null default '{}',
      contents text[] not null default '{}',
      outlets text[] not null default '{}',
      constraint journeys_kind_check check (kind in ('deal', 'lead')),
      constraint journeys_outcome_check check (outcome in ('won', 'lost', 'open'))
    )
    """,
    "comment on column journeys.revision is 'Of the row that it was judged by.'",
    "comment on column journeys.judged_by is 'Tells terms and code apart.'",
    "comment on column journeys.outcome is 'Null: it has no journey of its own.'",
    "create index ix_journeys_judged_by on journeys (judged_by)",
    "create index ix_journeys_ended_on on journeys (ended_on) where outcome is not null",
    f"""
    create table credits (
      deal_id uuid not null,
      place integer not null,
      won_on date not null,
      booked_on date not null,
      counted_in text,
      {_TOUCH}
      amounts bigint[] not null,
      primary key (deal_id, place)
    )
    """,
    "comment on column credits.counted_in is 'Null: amounts are millionths of a deal.'",
    "comment on column credits.amounts is 'Minor units, by model.'",
    "create index ix_credits_won_on on credits (won_on)",
    f"""
    create table credit_days (
      key bytea primary key,
      won_on date not null,
      booked_on date not null,
      counted_in text,
      {_TOUCH}
      credits bigint not null,
      amounts bigint[] not null
    )
    """,
    "comment on column credit_days.credits is 'How many rows it sums.'",
    "create index ix_credit_days_won_on on credit_days (won_on)",
    "create index ix_credit_days_booked_on on credit_days (booked_on)",
    """
    create table journey_days (
      key bytea primary key,
      ended_on date,
      outcome text not null,
      counted_in text,
      channels text[] not null,
      journeys bigint not null,
      amount bigint not null
    )
    """,
    "create index ix_journey_days_ended_on on journey_days (ended_on)",
    """
    create table journey_steps (
      key bytea primary key,
      ended_on date not null,
      outcome text not null,
      kind text not null,
      origin text,
      target text,
      journeys bigint not null,
      constraint journey_steps_kind_check check (kind in ('start', 'step', 'end', 'none'))
    )
    """,
    "comment on column journey_steps.kind is 'none: journeys without a touch.'",
    "create index ix_journey_steps_ended_on on journey_steps (ended_on)",
    # Whoever was there before there were credits is judged once.
    """
    insert into credit_due (kind, entity_id)
      select 'deal', deal_id from deals where body is not null
      union all select 'lead', lead_id from leads where body is not null
    """,
    """
    create view pub_journeys as
      select unit_id, kind, judged_by, outcome, ended_on, touches, cut, leads, amount, counted_in, missing,
             channels, sources, mediums, campaigns, contents, outlets
      from journeys where outcome is not null
    """,
    """
    create view pub_credits as
      select deal_id, won_on, booked_on, counted_in, attributed, channel, source, medium, campaign, content,
             outlet, amounts
      from credits
    """,
    """
    create view pub_credit_days as
      select won_on, booked_on, counted_in, attributed, channel, source, medium, campaign, content, outlet,
             credits, amounts
      from credit_days
    """,
    """
    create view pub_journey_days as
      select ended_on, outcome, counted_in, channels, journeys, amount from journey_days
    """,
    """
    create view pub_journey_steps as
      select ended_on, outcome, kind, origin, target, journeys from journey_steps
    """,
    """
    create view pub_credit_work as
      select count(*) as pending, min(marked_at) as oldest_marked_at from credit_due
    """,
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
