"""What a rebuild of the read models makes anew, and from what: newest snapshots, and events of spend."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from leadtrace.domain.calendar import calendar
from leadtrace.events.snapshots import DEAL_CONCLUDED, LEAD_CONCLUDED, LEAD_SCORED
from leadtrace.events.topics import Topic
from leadtrace.runtime.rebuild.plan import RebuildPlan
from leadtrace.runtime.rebuild.sources import NewestSnapshots, PublishedEvents
from leadtrace.store.connection import Connection
from leadtrace.store.generation.tables import Generation, GenerationTable
from leadtrace_api.knowledge.last_days import keep_last_days
from leadtrace_api.projector.contribution import VERSION
from leadtrace_api.projector.judgements import VERSION as JUDGEMENTS
from leadtrace_api.projector.opening_hours import opening_mark
from leadtrace_api.projector.spend import VERSION as SPEND
from leadtrace_api.projector.step_ages import VERSION as STEPS
from leadtrace_api.projector.ticker import reset_entry
from leadtrace_api.projector.visits import VERSION as VISITS
from leadtrace_api.store import ticker
from leadtrace_api.store.offers import VERSION as OFFERS
from leadtrace_api.store.spend import SpendKeeper
from leadtrace_api.store.work import VERSION as WORK

_KNOWN = ("known_day", "cause")
# The leads that deals were ever linked with: a lead's past is its deals' too.
_LEADS_OF_DEALS = """
select distinct b.entity_id from attribution.pub_deal_subjects l
join ingest.pub_bindings b on (b.source, b.subject) = (l.source, l.subject)
where l.deal_id = any($1::uuid[])
"""
_CELL = ("definition_version", "basis", "dimension", "day", "key")
_ANY_MONEY = "(customers, revenue, recurring_revenue) <> (0, 0, 0)"
_SPEND_EVENTS = "spend_events"
# A row that was only ever locked says nothing.
_NAMED = "account is not null"
GENERATION = Generation(
    "api",
    (
        GenerationTable("leads", ("lead_id", "definition_version")),
        GenerationTable("deals", ("deal_id", "definition_version")),
        # A cell from which everything was taken out says the same as one that is not there.
        GenerationTable("funnel_daily", (*_CELL, "stage"), counts="(entered, reached, current) <> (0, 0, 0)"),
        GenerationTable("revenue_daily", (*_CELL, "currency"), counts=_ANY_MONEY),
        GenerationTable("step_ages", ("definition_version", "dimension", "day", "key")),
        GenerationTable(
            "funnel_known",
            (*_CELL, "stage", *_KNOWN),
            counts="(entered, reached, current) <> (0, 0, 0)",
        ),
        GenerationTable("revenue_known", (*_CELL, "currency", *_KNOWN), counts=_ANY_MONEY),
        GenerationTable(
            "lead_days", ("lead_id", "definition_version", "known_day"), remembered_by=("lead_id",)
        ),
        GenerationTable("judgements", ("lead_id", "definition_version", "place")),
        GenerationTable(
            "postings",
            ("definition_version", "at", "account", "team", "owner", "partner", *_KNOWN),
            counts="amount <> 0",
        ),
        GenerationTable("offers", ("lead_id", "definition_version", "place")),
        GenerationTable("visits", ("lead_id", "definition_version", "place")),
        GenerationTable("known_leads", ("definition_version", "known_day", "cause", "lead_id")),
        GenerationTable("spend_accounts", ("account_id",), counts=_NAMED, remembered_by=("account_id",)),
        GenerationTable(_SPEND_EVENTS, ("event_no",), remembered_by=("account_id",)),
        GenerationTable("spend_days", ("event_no", "place", "day")),
    ),
)


def rebuild_plan(timezone: str, spend: SpendKeeper) -> RebuildPlan:
    """Read models are rebuilt from rows of scoring and attribution as they now stand, spend from events."""
    zone = ZoneInfo(timezone)
    day_of = calendar(zone)

    async def complete(connection: Connection, beside: Connection, concerned: Sequence[UUID]) -> None:
        await keep_last_days(day_of, connection, beside, concerned)
        await spend.settle(beside, concerned, anew=True)

    async def taken_over(connection: Connection) -> None:
        await ticker.tell(connection, [reset_entry("rebuilt")])

    return RebuildPlan(
        GENERATION,
        (
            NewestSnapshots(LEAD_SCORED, "scoring.pub_leads", "lead_id"),
            NewestSnapshots(LEAD_CONCLUDED, "attribution.pub_leads", "lead_id"),
            NewestSnapshots(DEAL_CONCLUDED, "attribution.pub_deals", "deal_id"),
            PublishedEvents((Topic.SPEND_EVENTS.value,), "spend"),
        ),
        f"contribution {VERSION}, judgements {JUDGEMENTS}, offers {OFFERS}, work {WORK}, "
        f"visits {VISITS}, {opening_mark(zone)}, steps {STEPS}, spend {SPEND} by {spend.mark}",
        numbers=_SPEND_EVENTS,
        concerned=_LEADS_OF_DEALS,
        complete=complete,
        taken_over=taken_over,
        # Owners show the rows of a shadow elsewhere: those that are kept here would be missing.
        hindered="select true from api.shadows",
    )
