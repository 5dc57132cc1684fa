"""What a relay tells Prometheus."""

from collections.abc import Mapping

from leadtrace.runtime.metrics import Metrics
from leadtrace_ingest.metrics import (
    INTAKE_OLDEST_PENDING,
    QUARANTINED_ITEMS,
    RELAY_STEP_DURATION,
    RELAYED_ITEMS,
)
from leadtrace_ingest.outcome import Outcome, Reason


class RelayMeters:
    """The live metrics of one relay."""

    def __init__(self, metrics: Metrics) -> None:
        relayed = metrics.counter(RELAYED_ITEMS)
        self._outcomes = {outcome: relayed.labels(outcome=outcome.value) for outcome in Outcome}
        self._quarantined = metrics.counter(QUARANTINED_ITEMS)
        duration = metrics.histogram(RELAY_STEP_DURATION)
        self._save = duration.labels(step="save")
        self._publish = duration.labels(step="publish")
        self._oldest = metrics.gauge(INTAKE_OLDEST_PENDING)

    def saved(
        self, outcomes: Mapping[Outcome, int], reasons: Mapping[Reason, int], *, seconds: float
    ) -> None:
        """A chunk is committed."""
        for outcome, count in outcomes.items():
            self._outcomes[outcome].inc(count)
        for reason, count in reasons.items():
            self._quarantined.labels(reason=reason.value).inc(count)
        self._save.observe(seconds)

    def published(self, *, seconds: float) -> None:
        """The events of a chunk are confirmed by the broker."""
        self._publish.observe(seconds)

    def oldest_pending(self, seconds: float) -> None:
        """Show the age of the oldest delivery that waits."""
        self._oldest.set(seconds)
