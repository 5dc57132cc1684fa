"""Tell since when journeys go on, and name the state that they are in."""

from alembic import op

revision = "attribution_0011"
down_revision = "attribution_0010"

_STATEMENTS = (
    "alter table journeys add column entered_on date",
    "comment on column journeys.entered_on is 'The day on which the first of its leads was captured.'",
    """
    create table credit_state (
      part text primary key,
      token uuid not null,
      constraint credit_state_part_check check (part in ('ended', 'open'))
    )
    """,
    "comment on column credit_state.token is 'Another one for each change: equal tokens, equal journeys.'",
    "insert into credit_state (part, token) values ('ended', gen_random_uuid()), ('open', gen_random_uuid())",
    """
    create or replace view pub_journeys as
      select unit_id, kind, judged_by, outcome, ended_on, touches, cut, leads, amount, counted_in, missing,
             channels, sources, mediums, campaigns, contents, outlets, entered_on
      from journeys where outcome is not null
    """,
    "create view pub_credit_state as select part, token from credit_state",
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
