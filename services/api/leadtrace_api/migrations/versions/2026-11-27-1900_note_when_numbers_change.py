"""Note when numbers change, so that who asks again is told that they did not.

Each transaction that writes any of the tables raises one counter. It takes one that nobody else holds, so
that transactions at work side by side do not wait for each other; there are as many as ever were at once.
Counters go by the clock: what a restored database comes to is told apart from what was there before.
"""

from alembic import op

revision = "api_0024"
down_revision = "api_0023"

_TABLES = (
    *("leads", "deals", "funnel_daily", "revenue_daily", "step_ages", "funnel_known", "revenue_known"),
    # What a rebuild made takes the live tables' place in a transaction that notes it there.
    *("postings", "projections", "rebuilds"),
)
_STATEMENTS = (
    """
    create table changes (
      slot integer generated always as identity primary key,
      raised bigint not null
    ) with (fillfactor = 50)
    """,
    """
    comment on table changes is
      'Counters (µs since the epoch): each transaction that changes numbers of the read models raises one.'
    """,
    """
    create function note_change() returns trigger language plpgsql as $$
    declare
      own constant text := pg_current_xact_id()::text;
      clock constant bigint := extract(epoch from clock_timestamp()) * 1000000;
    begin
      -- Once a transaction; a savepoint that is rolled back takes the setting and the counter along.
      if current_setting('leadtrace.change_noted', true) is not distinct from own then
        return null;
      end if;
      update api.changes set raised = greatest(raised + 1, clock)
      where slot = (select slot from api.changes order by slot limit 1 for update skip locked);
      if not found then
        insert into api.changes (raised) values (clock);
      end if;
      perform set_config('leadtrace.change_noted', own, true);
      return null;
    end
    $$
    """,
    *(
        f"create trigger note_change after insert or update or delete or truncate on {table} "
        "for each statement execute function api.note_change()"
        for table in _TABLES
    ),
)


def upgrade() -> None:
    """Make the counters, and have the tables raise them."""
    for statement in _STATEMENTS:
        op.execute(statement)
