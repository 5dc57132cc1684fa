"""What a rebuild of the read models makes anew, and from what: the newest snapshots of both services."""

from functools import partial
from zoneinfo import ZoneInfo

from leadtrace.domain.calendar import calendar
from leadtrace.events.snapshots import DEAL_CONCLUDED, LEAD_CONCLUDED, LEAD_SCORED
from leadtrace.runtime.rebuild.plan import RebuildPlan
from leadtrace.runtime.rebuild.sources import NewestSnapshots
from leadtrace.store.generation.tables import Generation, GenerationTable
from leadtrace_api.knowledge.last_days import keep_last_days
from leadtrace_api.projector.contribution import VERSION
from leadtrace_api.projector.judgements import VERSION as JUDGEMENTS

_KNOWN = ("known_day", "cause")
# The leads that deals were ever linked with: a lead's past is its deals' too.
_LEADS_OF_DEALS = """
select distinct b.entity_id from attribution.pub_deal_subjects l
join ingest.pub_bindings b on (b.source, b.subject) = (l.source, l.subject)
where l.deal_id = any($1::uuid[])
"""
_CELL = ("definition_version", "basis", "dimension", "day", "key")
GENERATION = Generation(
    "api",
    (
        GenerationTable("leads", ("lead_id", "definition_version")),
        GenerationTable("deals", ("deal_id", "definition_version")),
        # A cell from which everything was taken out says the same as one that is not there.
        GenerationTable("funnel_daily", (*_CELL, "stage"), counts="(entered, reached, current) <> (0, 0, 0)"),
        GenerationTable("revenue_daily", (*_CELL, "currency"), counts="(customers, revenue) <> (0, 0)"),
        GenerationTable(
            "funnel_known",
            (*_CELL, "stage", *_KNOWN),
            counts="(entered, reached, current) <> (0, 0, 0)",
        ),
        GenerationTable(
            "revenue_known", (*_CELL, "currency", *_KNOWN), counts="(customers, revenue) <> (0, 0)"
        ),
        GenerationTable(
            "lead_days", ("lead_id", "definition_version", "known_day"), remembered_by=("lead_id",)
        ),
        GenerationTable("judgements", ("lead_id", "definition_version", "place")),
        GenerationTable("known_leads", ("definition_version", "known_day", "cause", "lead_id")),
    ),
)


def rebuild_plan(timezone: str) -> RebuildPlan:
    """Read models are rebuilt from the rows of scoring and attribution as they now stand."""
    return RebuildPlan(
        GENERATION,
        (
            NewestSnapshots(LEAD_SCORED, "scoring.pub_leads", "lead_id"),
            NewestSnapshots(LEAD_CONCLUDED, "attribution.pub_leads", "lead_id"),
            NewestSnapshots(DEAL_CONCLUDED, "attribution.pub_deals", "deal_id"),
        ),
        f"contribution {VERSION}, judgements {JUDGEMENTS}, {timezone}",
        concerned=_LEADS_OF_DEALS,
        complete=partial(keep_last_days, calendar(ZoneInfo(timezone))),
    )
