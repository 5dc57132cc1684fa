"""What the webhooks worker tells Prometheus."""

from collections.abc import Iterable

from leadtrace.runtime.metrics import Metrics
from leadtrace_attribution.delivery import metrics as defined
from leadtrace_attribution.delivery.balance import Waiting


class LaneMeters:
    """The attempts of this process for one subscription."""

    def __init__(self, metrics: Metrics, subscription: str) -> None:
        attempts = metrics.counter(defined.ATTEMPTS)
        self._outcomes = {
            outcome: attempts.labels(subscription=subscription, outcome=outcome)
            for outcome in defined.OUTCOMES
        }
        self._duration = metrics.histogram(defined.ATTEMPT_DURATION).labels(subscription=subscription)

    def attempted(self, seconds: float) -> None:
        """An attempt came out, one way or the other."""
        self._duration.observe(seconds)

    def delivered(self) -> None:
        """The receiver has it."""
        self._outcomes["delivered"].inc()

    def failed(self) -> None:
        """It will be tried again."""
        self._outcomes["failed"].inc()

    def dead(self) -> None:
        """It was given up."""
        self._outcomes["dead"].inc()


class TableMeters:
    """What the tables say of the configured subscriptions."""

    def __init__(self, metrics: Metrics, subscriptions: Iterable[str]) -> None:
        self._names = tuple(subscriptions)
        self._pending = metrics.gauge(defined.PENDING)
        self._dead = metrics.gauge(defined.DEAD)
        self._oldest = metrics.gauge(defined.OLDEST_PENDING)
        self._unrouted = metrics.gauge(defined.OLDEST_UNROUTED)
        # Told of also where there is no lane to count any.
        metrics.counter(defined.ATTEMPTS)
        metrics.histogram(defined.ATTEMPT_DURATION)

    def show(self, found: Waiting) -> None:
        """Show it."""
        for name in self._names:
            self._pending.labels(subscription=name).set(found.pending.get(name, 0))
            self._dead.labels(subscription=name).set(found.dead.get(name, 0))
            self._oldest.labels(subscription=name).set(found.oldest_pending_age_s.get(name, 0.0))
        self._unrouted.set(found.oldest_unrouted_age_s)
