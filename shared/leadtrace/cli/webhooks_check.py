"""What `leadtrace doctor` says of subscriptions: whom they tell, and what of it is dead or disabled."""

from leadtrace.cli.database_look import rows_of
from leadtrace.cli.finding import Finding, Verdict
from leadtrace.runtime.settings import Settings

_DEAD = "select coalesce(sum(dead), 0)::bigint from attribution.pub_webhooks"
_DISABLED = """
select subscription, disabled_reason from attribution.pub_subscriptions
where configured and disabled_at is not null order by subscription
"""


async def check_webhooks(settings: Settings) -> list[Finding]:
    """One finding; where the database is not there yet only the configuration is looked at."""
    if not settings.subscriptions:
        return [Finding("webhooks", Verdict.GOOD, "nobody is subscribed")]
    listed = ", ".join(f"{name} ({one.origin})" for name, one in settings.subscriptions.items())
    disabled, dead = await rows_of(settings, _DISABLED), await rows_of(settings, _DEAD)
    if disabled:
        detail = "; ".join(f"{name} is disabled: {reason}" for name, reason in disabled)
        remedy = "correct its url, or `leadtrace webhooks retry --subscription …` once it answers again"
        return [Finding("webhooks", Verdict.DOUBTFUL, detail, remedy)]
    count = dead[0][0] if dead else 0
    if count:
        remedy = "look at `leadtrace webhooks list --state dead`, mend the receiver, then retry"
        return [Finding("webhooks", Verdict.DOUBTFUL, f"{count:,} deliveries are dead", remedy)]
    return [Finding("webhooks", Verdict.GOOD, listed)]
