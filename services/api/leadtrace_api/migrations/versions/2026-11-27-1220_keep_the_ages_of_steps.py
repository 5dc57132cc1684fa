"""Keep how old steps up the ladder were when they ended, so that honest rates come from rollups."""

from alembic import op

revision = "api_0022"
down_revision = "api_0017"

_STATEMENTS = (
    """
    create table step_ages (
      definition_version integer not null,
      dimension text not null,
      day date not null,
      key text not null,
      entries bytea not null,
      constraint pk_step_ages primary key (definition_version, dimension, day, key)
    ) with (fillfactor = 70, toast_tuple_target = 8160)
    """,
    "alter table step_ages alter column entries set storage external",
    """
    comment on table step_ages is
      'Of the leads captured on a day: how each of their steps ended, and at which age.'
    """,
    "comment on column step_ages.entries is 'Pairs of a code and a count: step_codes.py.'",
)


def upgrade() -> None:
    """Make the table; where leads are known already, the projector counts them at its next start."""
    for statement in _STATEMENTS:
        op.execute(statement)
