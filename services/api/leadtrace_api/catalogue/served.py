"""Which metrics the code serves, and where: the catalogue must say of each what it is, and of no other."""

from itertools import pairwise

from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.domain.definitions.model import Definitions
from leadtrace.events.lead import LADDER
from leadtrace_api.knowledge.metrics import RESTATABLE
from leadtrace_api.projector.contribution import Measure
from leadtrace_api.velocity.queries import WORKED
from leadtrace_api.velocity.schemas import Conformance

FUNNEL = "/v1/funnel"
COHORTS = "/v1/cohorts"
DISAGREEMENTS = "/v1/definitions/disagreements"
QUALITY = "/v1/scoring/quality"
PRIORITIES = "/v1/priorities"
ACCOUNTS = "/v1/accounts"
VELOCITY = "/v1/velocity"
HANDOVERS = "/v1/handovers"
BALANCES = "/v1/ledger/balances"
COSTS = "/v1/costs"
ATTRIBUTION = "/v1/attribution"

STEPS = tuple(f"{before.value}_to_{after.value}" for before, after in pairwise(LADDER))
_OF_COHORTS = (*STEPS, *(f"{step}_time" for step in STEPS), "overall", "time_to_customer")
_OF_THE_FUNNEL = (
    "unconverted_revenue",
    "average_sale",
    "revenue_per_customer",
    "unlinked_deals",
    "unlinked_revenue",
)
_OF_A_BAND = ("conversion", "lift", "share")
_OF_THE_SCORE = ("auc", "brier", "log_loss", "calibration_error", "stability_index", "hot_change")
_OF_A_JUDGED_STAGE = (
    "claims",
    "claims_verified",
    "claimed_unverified",
    "claimed_unverified_entries",
    "verified_unclaimed",
    "verified_unclaimed_entries",
)
_OF_COSTS = (
    *("media_spend", "sales_spend", "unconverted_spend", "orders", "new_customers"),
    *(f"cost_per_{what}" for what in ("lead", "mql", "sql", "order", "order_lag_matched")),
    *("customer_acquisition_cost", "average_order", "return_on_ad_spend", "revenue_to_expense"),
    *("return_on_marketing_investment", "revenue_per_customer_month", "customer_churn", "payback"),
    *("customer_lifetime_value", "stage_costs", "customer_acquisition_cost_with_stage_costs"),
)
_OF_ATTRIBUTION = (
    *("attributed_deals", "attributed_revenue", "attributed_revenue_band"),
    *("attributed_return", "removal_effect", "journey_win_probability", "shapley_rate"),
)
_OF_HANDOVERS = (
    "handover_acceptance",
    *(f"handover_{clock}_{what}" for clock in ("accept", "contact") for what in ("kept", "time")),
    "deep_sixed_leads",
    "feedback_debt",
    "outcomes_reported",
    "accepted_win_rate",
)
_OF_VELOCITY = (
    *(
        f"{stage}_{what}"
        for stage in WORKED
        for what in ("time_in_stage", "business_time_in_stage", "stalled")
    ),
    *(f"{name}_entries" for name in Conformance.model_fields),
    *("loops_per_lead", "looped_leads"),
)


def served_metrics(definitions: Definitions) -> dict[str, tuple[str, ...]]:
    """Each metric by name, with the routes that tell it; stages with clauses have some of their own."""
    judged = [row.stage for row in definitions.qualification]
    return {
        **{name: _restatable(name) for name in RESTATABLE},
        **dict.fromkeys((f"{step}_drop_off" for step in STEPS), (FUNNEL,)),
        **dict.fromkeys(_OF_THE_FUNNEL, (FUNNEL,)),
        **dict.fromkeys(_OF_COHORTS, (FUNNEL, COHORTS)),
        **{f"{stage.value}_{what}": (DISAGREEMENTS,) for stage in judged for what in _OF_A_JUDGED_STAGE},
        **{f"scoring_{band}_{what}": (QUALITY,) for band in BANDS for what in _OF_A_BAND},
        **dict.fromkeys((f"scoring_{what}" for what in _OF_THE_SCORE), (QUALITY,)),
        **dict.fromkeys(("expected_value", "intent_change", "contact_time_left"), (PRIORITIES,)),
        "account_points": (ACCOUNTS,),
        **dict.fromkeys(_OF_VELOCITY, (VELOCITY,)),
        **dict.fromkeys(_OF_HANDOVERS, (HANDOVERS,)),
        "custody_balance": (BALANCES,),
        **dict.fromkeys(_OF_COSTS, (COSTS,)),
        **dict.fromkeys(_OF_ATTRIBUTION, (ATTRIBUTION,)),
    }


def _restatable(name: str) -> tuple[str, ...]:
    restated = f"/v1/metrics/{name}/restatements"
    # The funnel tells customers by stage; those with revenue are told by restatements alone.
    return (restated,) if RESTATABLE[name].measure is Measure.CUSTOMERS else (FUNNEL, restated)
