"""Keep what each lead counts for on its row, so that any dimensions can be asked for at once."""

from alembic import op

revision = "api_0023"
down_revision = "api_0022"

_STATEMENTS = (
    """
    alter table leads
      add column entered integer[],
      add column recurring jsonb,
      add column steps integer[]
    """,
    """
    comment on column leads.entered is
      'Recorded entries, one number a stage; null of whom no funnel counts.'
    """,
    "comment on column leads.recurring is 'Of the revenue by currency, what recurs; null without any.'",
    """
    insert into projections (name, contribution_version, timezone)
    select 'step_ages', 2, '' where not exists (select from leads)
    on conflict (name) do nothing
    """,
    "comment on column leads.steps is 'How its steps up the ladder stand: step_codes.py.'",
)


def upgrade() -> None:
    """Make the columns; where leads are known already, the projector fills them at its next start."""
    for statement in _STATEMENTS:
        op.execute(statement)
