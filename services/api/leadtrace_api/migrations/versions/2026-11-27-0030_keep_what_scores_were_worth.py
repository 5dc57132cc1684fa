"""Keep what scores were worth: figures over all leads, computed now and then and served as they stand."""

from alembic import op

revision = "api_0009"
down_revision = "api_0008"

_STATEMENTS = (
    """
    create table scoring_quality (
      definition_version integer not null,
      horizon_days integer not null,
      age_days integer not null,
      computed_at timestamptz not null,
      computation smallint not null,
      leads bigint not null,
      body bytea not null,
      primary key (definition_version, horizon_days, age_days)
    )
    """,
    """
    comment on table scoring_quality is
      'What came of leads by their score: the projector computes it now and then over all of them.'
    """,
    "comment on column scoring_quality.computation is 'Of another one it is computed anew.'",
    "comment on column scoring_quality.leads is 'How many were judged.'",
)


def upgrade() -> None:
    """Make the table."""
    for statement in _STATEMENTS:
        op.execute(statement)
