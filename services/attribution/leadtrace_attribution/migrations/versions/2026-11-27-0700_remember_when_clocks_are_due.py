"""Remember when the next clock of a lead asks for something, and what was told of it."""

from alembic import op

revision = "attribution_0009"
down_revision = "attribution_0008"

_STATEMENTS = (
    "alter table leads add column due_at bigint",
    "alter table leads add column told bytea",
    "comment on column leads.due_at is 'When the next running clock is at risk or due, in microseconds.'",
    "comment on column leads.told is 'What was told outside of its offers, verdicts and clocks.'",
    "create index ix_leads_due on leads (due_at) where due_at is not null",
)


def upgrade() -> None:
    """Add the columns and their index."""
    for statement in _STATEMENTS:
        op.execute(statement)
