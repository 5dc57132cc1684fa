"""What the doctor says of the quarantine of a real database."""

from uuid import UUID

from pydantic import SecretStr

from leadtrace.cli.finding import Verdict
from leadtrace.cli.waiting_check import check_quarantine
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Postgres
from leadtrace.store.engine import connect

_HOLD = """
insert into ingest.quarantine (quarantine_id, sender, intake_id, item, reason, detail, mapping, raw,
                               first_seen_at, last_seen_at)
values ($1, 'hubspot', $1, 0, 'bad_time', '', 'm@1', '', now() - interval '50 h', now())
"""


def over(url: str) -> Settings:
    """Settings that name this database."""
    return Settings(postgres=Postgres(url=SecretStr(url)))


async def test_held_items_are_doubtful_with_their_age(database_url: str) -> None:
    (empty,) = await check_quarantine(over(database_url))
    assert empty.verdict is Verdict.GOOD
    connection = await connect(database_url)
    await connection.execute(_HOLD, UUID(int=1))
    await connection.close()
    (held,) = await check_quarantine(over(database_url))
    assert held.verdict is Verdict.DOUBTFUL
    assert "1 items are held, the oldest for 2 days, 2:00:0" in held.detail
    assert "leadtrace quarantine list" in held.remedy


async def test_a_database_that_is_away_is_said_elsewhere() -> None:
    assert await check_quarantine(over("postgresql:///none?host=/nowhere")) == []
    assert await check_quarantine(Settings()) == []
