"""What `leadtrace doctor` says of items that wait in quarantine for somebody to look at them."""

from datetime import timedelta

from leadtrace.cli.database_look import rows_of
from leadtrace.cli.finding import Finding, Verdict
from leadtrace.runtime.settings import Settings

_HELD = "select count(*), now() - min(first_seen_at) from ingest.pub_quarantine"


async def check_quarantine(settings: Settings) -> list[Finding]:
    """How many items are held and since when; nothing where the database or its schema is not there yet."""
    rows = await rows_of(settings, _HELD)
    if not rows:
        return []
    held, oldest = rows[0]
    if not held or oldest is None:
        return [Finding("quarantine", Verdict.GOOD, "nothing is held")]
    since = timedelta(seconds=int(oldest.total_seconds()))
    detail = f"{held:,} items are held, the oldest for {since}"
    remedy = "look at `leadtrace quarantine list`, mend what it names, then retry or discard"
    return [Finding("quarantine", Verdict.DOUBTFUL, detail, remedy)]
