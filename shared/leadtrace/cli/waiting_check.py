"""What `leadtrace doctor` says of items that wait in quarantine for somebody to look at them."""

from datetime import timedelta

import asyncpg

from leadtrace.cli.checks import Finding, Verdict
from leadtrace.runtime.settings import Settings
from leadtrace.store.engine import UNAVAILABLE, connect

_HELD = "select count(*), now() - min(first_seen_at) from ingest.pub_quarantine"


async def check_quarantine(settings: Settings) -> list[Finding]:
    """How many items are held and since when; nothing where the database or its schema is not there yet."""
    if settings.postgres.url is None:
        return []
    try:
        connection = await connect(settings.postgres_url)
    except UNAVAILABLE:
        return []
    try:
        row = await connection.fetchrow(_HELD)
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return []
    finally:
        await connection.close()
    held, oldest = row or (0, None)
    if not held or oldest is None:
        return [Finding("quarantine", Verdict.GOOD, "nothing is held")]
    since = timedelta(seconds=int(oldest.total_seconds()))
    detail = f"{held:,} items are held, the oldest for {since}"
    remedy = "look at `leadtrace quarantine list`, mend what it names, then retry or discard"
    return [Finding("quarantine", Verdict.DOUBTFUL, detail, remedy)]
