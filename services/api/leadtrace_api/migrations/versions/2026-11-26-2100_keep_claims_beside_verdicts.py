"""Keep claims beside verdicts: what the CRM said of a stage, and what its clauses came to at that moment."""

from alembic import op

revision = "api_0007"
down_revision = "api_0006"

_STATEMENTS = (
    """
    create table judgements (
      lead_id uuid not null,
      definition_version integer not null,
      place integer not null,
      stage text not null,
      at timestamptz not null,
      claimed boolean not null,
      verified boolean,
      differs boolean not null,
      failed text[] not null default '{}',
      claimed_as text,
      actor text,
      sender text,
      event_id text,
      primary key (lead_id, definition_version, place)
    )
    """,
    """
    comment on table judgements is
      'Each claim of a stage with the verdict of its moment, and verdicts that nobody claimed.'
    """,
    "comment on column judgements.verified is 'Null where the verdict of that moment is kept no longer.'",
    """
    create index ix_judgements_definition_version_at_lead_id_place
      on judgements (definition_version, at, lead_id, place)
    """,
    # Where leads are known already, the projector judges them at its next start.
    """
    insert into projections (name, contribution_version, timezone)
    select 'judgements', 1, '' where not exists (select from leads)
    """,
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
