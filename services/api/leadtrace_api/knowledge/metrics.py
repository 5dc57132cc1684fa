"""The metrics whose past can be asked for: the funnel's counts by stage, customers and revenue."""

from dataclasses import dataclass

from leadtrace.events.lead import LADDER, Stage
from leadtrace_api.problems import NotFoundError, nearest
from leadtrace_api.projector.contribution import REVENUE_MEASURES, STAGE_MEASURES, Measure


@dataclass(frozen=True, slots=True)
class Metric:
    """What is counted; `stage` is None for what is counted by currency. The catalogue says the rest."""

    name: str
    measure: Measure
    stage: Stage | None


RESTATABLE = {
    metric.name: metric
    for metric in (
        *(
            Metric(f"{stage.value}_{measure.value}", measure, stage)
            for stage in Stage
            for measure in STAGE_MEASURES
            if measure is not Measure.REACHED or stage in LADDER
        ),
        *(Metric(measure.value, measure, None) for measure in REVENUE_MEASURES),
    )
}


def metric_named(name: str) -> Metric:
    """The metric of this name.

    Raises:
        NotFoundError: there is none; the nearest is named.
    """
    metric = RESTATABLE.get(name)
    if metric is None:
        raise NotFoundError(
            f"There is no metric {name}.",
            parameter="metric",
            rule="Metrics are those of the funnel: <stage>_entered, _reached, _current, customers, revenue.",
            remedy=nearest(name, RESTATABLE) or f"It knows {', '.join(RESTATABLE)}.",
        )
    return metric
