"""Keep each stay of a lead at a stage, so that time in stage, rework and stalled leads are read from rows."""

from alembic import op

revision = "api_0013"
down_revision = "api_0012"

_STATEMENTS = (
    """
    create table visits (
      lead_id uuid not null,
      definition_version integer not null,
      place integer not null,
      stage text not null,
      kind text not null,
      marks text[] not null default '{}',
      actor text,
      path text,
      entered_at timestamptz not null,
      left_at timestamptz,
      gone_at timestamptz,
      entered_open bigint not null,
      ended_open bigint,
      primary key (lead_id, definition_version, place)
    )
    """,
    "comment on table visits is 'The stays of leads at stages, from each recorded entry to the next.'",
    "comment on column visits.path is 'All stages of the lead in order, on its first visit.'",
    "comment on column visits.left_at is 'Null while the lead stands there.'",
    "comment on column visits.gone_at is 'When the lead was deleted while it stood there.'",
    "comment on column visits.entered_open is 'What the office clock showed then, in microseconds.'",
    "comment on column visits.ended_open is 'The same when it was left, or the lead deleted.'",
    "create index ix_visits_definition_version_entered_at on visits (definition_version, entered_at)",
    # Where leads are known already, the projector makes their visits at its next start.
    """
    insert into projections (name, contribution_version, timezone)
    select 'visits', 1, '' where not exists (select from leads)
    """,
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
