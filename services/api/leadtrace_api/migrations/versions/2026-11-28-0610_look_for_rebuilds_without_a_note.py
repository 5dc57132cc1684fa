"""Note that numbers change when a rebuild ends, not each time that a process looks whether one is to be done.

A trigger for each statement fires for one that finds no row too: once a second, so that no tag lasted longer.
"""

from alembic import op

revision = "api_0031"
down_revision = "api_0030"


def upgrade() -> None:
    """Note it for rows whose state is another one: one is taken over in that transaction."""
    op.execute("drop trigger note_change on rebuilds")
    op.execute(
        "create trigger note_change after update on rebuilds for each row "
        "when (old.state is distinct from new.state) execute function api.note_change()"
    )
