"""Which metrics the code serves, and where: the catalogue must say of each what it is, and of no other."""

from itertools import pairwise

from leadtrace.domain.definitions.model import Definitions
from leadtrace.events.lead import LADDER
from leadtrace_api.knowledge.metrics import RESTATABLE
from leadtrace_api.projector.contribution import Measure

FUNNEL = "/v1/funnel"
DISAGREEMENTS = "/v1/definitions/disagreements"

STEPS = tuple(f"{before.value}_to_{after.value}" for before, after in pairwise(LADDER))
_OF_A_JUDGED_STAGE = (
    "claims",
    "claims_verified",
    "claimed_unverified",
    "claimed_unverified_entries",
    "verified_unclaimed",
    "verified_unclaimed_entries",
)


def served_metrics(definitions: Definitions) -> dict[str, tuple[str, ...]]:
    """Each metric by name, with the routes that tell it; stages with clauses have some of their own."""
    judged = [row.stage for row in definitions.qualification]
    return {
        **{name: _restatable(name) for name in RESTATABLE},
        **dict.fromkeys(STEPS, (FUNNEL,)),
        **dict.fromkeys((f"{step}_drop_off" for step in STEPS), (FUNNEL,)),
        **dict.fromkeys(("overall", "unconverted_revenue", "unlinked_deals", "unlinked_revenue"), (FUNNEL,)),
        **{f"{stage.value}_{what}": (DISAGREEMENTS,) for stage in judged for what in _OF_A_JUDGED_STAGE},
    }


def _restatable(name: str) -> tuple[str, ...]:
    restated = f"/v1/metrics/{name}/restatements"
    # The funnel tells customers by stage; those with revenue are told by restatements alone.
    return (restated,) if RESTATABLE[name].measure is Measure.CUSTOMERS else (FUNNEL, restated)
