"""Keep what deals brought after refunds and renewals, and what of revenue recurs."""

from alembic import op

revision = "api_0015"
down_revision = "api_0014"

_ROLLUPS = ("revenue_daily", "revenue_known")
_STATEMENTS = (
    "alter table deals add column net bigint",
    "alter table deals add column revenue jsonb",
    "comment on column deals.net is 'What is left of a won one in its currency; null: the amount.'",
    "comment on column deals.revenue is 'What it brought by currency counted in; null: the amount.'",
    # The projector cuts the rollups anew at its next start, where there are any.
    *(f"alter table {one} add column recurring_revenue bigint not null default 0" for one in _ROLLUPS),
)


def upgrade() -> None:
    """Add the columns."""
    for statement in _STATEMENTS:
        op.execute(statement)
