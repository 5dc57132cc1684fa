"""The terms of attribution and of costs by a schedule of definitions: those of its current version."""

from leadtrace.domain.credits.cost_terms import CostTerms, cost_terms
from leadtrace.domain.credits.terms import AttributionTerms, attribution_terms
from leadtrace.domain.definitions.schedule import Schedule


def attribution_terms_by(schedule: Schedule) -> AttributionTerms:
    """By which touches are chosen, named and weighed, whenever they were; made once for each version."""
    return attribution_terms(schedule.current.attribution)


def cost_terms_by(schedule: Schedule) -> CostTerms:
    """By which costs are told, whenever they were spent; made once for each version."""
    return cost_terms(schedule.current.costs)
