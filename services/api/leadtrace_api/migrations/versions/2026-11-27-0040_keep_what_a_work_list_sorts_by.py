"""Keep what a work list sorts by: since when bands hold, what a model expects, what open deals are worth."""

from alembic import op

revision = "api_0010"
down_revision = "api_0009"

_STATEMENTS = (
    "alter table leads add column stage_since timestamptz",
    "alter table leads add column open_amounts jsonb",
    "alter table leads add column band_since timestamptz",
    "alter table leads add column predicted double precision",
    "comment on column leads.stage_since is 'When it came to stand at its stage.'",
    "comment on column leads.open_amounts is 'As revenue, of open deals; null without any.'",
    "comment on column leads.band_since is 'When it last entered its band.'",
    "comment on column leads.predicted is 'P(won) by a trained model; null without one.'",
    """
    create index ix_leads_work on leads (definition_version, band, band_since, lead_id)
      include (owner, team, stage, stage_since, open_amounts, predicted)
      where status = 'open' and redirect_to is null
    """,
    # Where leads are known already, the projector fills the columns at its next start.
    """
    insert into projections (name, contribution_version, timezone)
    select 'priorities', 1, '' where not exists (select from leads)
    """,
)


def upgrade() -> None:
    """Add the columns and their index."""
    for statement in _STATEMENTS:
        op.execute(statement)
