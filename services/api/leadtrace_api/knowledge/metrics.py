"""The metrics whose past can be asked for: the funnel's counts by stage, customers and revenue."""

from dataclasses import dataclass
from typing import Literal

from leadtrace.events.lead import LADDER, Stage
from leadtrace_api.problems import NotFoundError, nearest
from leadtrace_api.projector.contribution import STAGE_MEASURES, Measure

Unit = Literal["leads", "entries", "customers", "money"]

_MEANING = {
    Measure.ENTERED: "Recorded entries to {stage}.",
    Measure.REACHED: "Leads at {stage} or a later rung of the ladder.",
    Measure.CURRENT: "Leads that stand at {stage}.",
}


@dataclass(frozen=True, slots=True)
class Metric:
    """What is counted; `stage` is None for what is counted by currency."""

    name: str
    measure: Measure
    stage: Stage | None
    unit: Unit
    description: str


def _of_stage(stage: Stage, measure: Measure) -> Metric:
    unit: Unit = "entries" if measure is Measure.ENTERED else "leads"
    described = _MEANING[measure].format(stage=stage.value)
    return Metric(f"{stage.value}_{measure.value}", measure, stage, unit, described)


CATALOGUE = {
    metric.name: metric
    for metric in (
        *(
            _of_stage(stage, measure)
            for stage in Stage
            for measure in STAGE_MEASURES
            if measure is not Measure.REACHED or stage in LADDER
        ),
        Metric("customers", Measure.CUSTOMERS, None, "customers", "Leads with a part of a won deal."),
        Metric("revenue", Measure.REVENUE, None, "money", "The leads' parts of won deals."),
    )
}


def metric_named(name: str) -> Metric:
    """The metric of this name.

    Raises:
        NotFoundError: there is none; the nearest is named.
    """
    metric = CATALOGUE.get(name)
    if metric is None:
        raise NotFoundError(
            f"There is no metric {name}.",
            parameter="metric",
            rule="Metrics are those of the funnel: <stage>_entered, _reached, _current, customers, revenue.",
            remedy=nearest(name, CATALOGUE) or f"It knows {', '.join(CATALOGUE)}.",
        )
    return metric
