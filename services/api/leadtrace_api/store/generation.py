"""What a rebuild of the read models makes anew, and from what: the newest snapshots of both services."""

from leadtrace.events.snapshots import DEAL_CONCLUDED, LEAD_CONCLUDED, LEAD_SCORED
from leadtrace.runtime.rebuild.plan import RebuildPlan
from leadtrace.runtime.rebuild.sources import NewestSnapshots
from leadtrace.store.generation.tables import Generation, GenerationTable
from leadtrace_api.projector.contribution import VERSION

_CELL = ("definition_version", "basis", "dimension", "day", "key")
_KNOWN = ("known_day", "cause")
# A cell from which everything was taken out says the same as one that is not there.
_FUNNEL, _REVENUE = "(entered, reached, current) <> (0, 0, 0)", "(customers, revenue) <> (0, 0)"
GENERATION = Generation(
    "api",
    (
        GenerationTable("leads", ("lead_id", "definition_version")),
        GenerationTable("deals", ("deal_id", "definition_version")),
        GenerationTable("funnel_daily", (*_CELL, "stage"), counts=_FUNNEL),
        GenerationTable("revenue_daily", (*_CELL, "currency"), counts=_REVENUE),
        GenerationTable("lead_days", ("lead_id", "definition_version", "known_day")),
        GenerationTable("known_leads", ("definition_version", "known_day", "cause", "lead_id")),
        GenerationTable("funnel_known", (*_CELL, "stage", *_KNOWN), counts=_FUNNEL),
        GenerationTable("revenue_known", (*_CELL, "currency", *_KNOWN), counts=_REVENUE),
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
        f"contribution {VERSION}, {timezone}",
    )
