"""Remember which table of rates counted a deal, so that a changed table counts it anew."""

from alembic import op

revision = "attribution_0007"
down_revision = "attribution_0006"

_STATEMENTS = (
    # What is there already was counted by no table: it is folded once more.
    "alter table deals add column rates_mark bigint default 0",
    """
    comment on column deals.rates_mark is
      'Of the table of rates that counted it; 0: none yet. Null: no rate is asked for.'
    """,
    "create index ix_deals_rates on deals (rates_mark) where rates_mark is not null",
)


def upgrade() -> None:
    """Add the column and its index."""
    for statement in _STATEMENTS:
        op.execute(statement)
