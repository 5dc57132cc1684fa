"""Keep whose people leads are and when each last was active, so that accounts are read by an index."""

from alembic import op

revision = "api_0012"
down_revision = "api_0011"

_STATEMENTS = (
    "alter table leads add column account text",
    "alter table leads add column touched_at timestamptz",
    "comment on column leads.account is 'Whose people it is one of; null without one.'",
    "comment on column leads.touched_at is 'When it last was active.'",
    """
    create index ix_leads_account on leads (definition_version, account, touched_at desc nulls last, lead_id)
      where account is not null and redirect_to is null
    """,
    # Where leads are known already, the projector fills the columns at its next start.
    """
    update projections set contribution_version = 2
    where name = 'priorities' and not exists (select from leads)
    """,
)


def upgrade() -> None:
    """Add the columns and their index."""
    for statement in _STATEMENTS:
        op.execute(statement)
