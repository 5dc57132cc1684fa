"""Count steps from when on leads are watched, and by pairs: without a lead nothing is to be counted anew."""

from alembic import op

revision = "api_0027"
down_revision = "api_0026"

_COUNTED = """
update projections set contribution_version = 4
where name = 'step_ages' and contribution_version = 2 and not exists (select from leads)
"""


def upgrade() -> None:
    """Say so; leads that are known are counted anew when the projector starts."""
    op.execute(_COUNTED)
