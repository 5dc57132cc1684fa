"""Keep leads in the order of their score and of their time at a stage: a page need not sort them all."""

from alembic import op

revision = "api_0025"
down_revision = "api_0024"

_LISTED = "where captured_at is not null and redirect_to is null"
_STATEMENTS = (
    f"""
    create index ix_leads_by_score on leads
      (definition_version, (coalesce(fit::bigint + intent, '-4611686018427387904'::bigint)), lead_id)
      {_LISTED}
    """,
    f"""
    create index ix_leads_by_stage_since on leads
      (definition_version, (coalesce(stage_since, '0001-01-01 00:00:00+00'::timestamptz)), lead_id)
      {_LISTED}
    """,
)


def upgrade() -> None:
    """Make both."""
    for statement in _STATEMENTS:
        op.execute(statement)
