"""`/metrics` of the api: conservation is counted from the tables when Prometheus asks, not more often.

A scrape waits a little for what it asked to be counted; a count that takes longer is shown by the next one.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.metrics import CONTENT_TYPE, Metrics
from leadtrace_api import metrics as catalogue
from leadtrace_api.audit.assembly import conservation
from leadtrace_api.audit.schemas import Conservation
from leadtrace_api.reading import reading
from leadtrace_api.room import AWAY, Room

_SHORTEST_INTERVAL_S = 3.0
# A count that takes long is asked for less often: it never takes more than this part of one core's time.
_LARGEST_SHARE = 0.05
# Prometheus gives up after 10 s, and would lose everything that the api shows.
_PATIENCE_S = 3.0

_log = get_logger("leadtrace_api.exposition")


class ConservationGauges:
    """Gauges that are counted anew when they are looked at and old enough."""

    def __init__(self, room: Room, metrics: Metrics) -> None:
        self._room = room
        self._difference = metrics.gauge(catalogue.CONSERVATION_DIFFERENCE)
        self._pending = metrics.gauge(catalogue.CONSERVATION_PENDING)
        self._oldest = metrics.gauge(catalogue.CONSERVATION_OLDEST)
        self._stuck = metrics.gauge(catalogue.CONSERVATION_STUCK)
        self._dead = metrics.gauge(catalogue.CONSERVATION_DEAD_LETTERS)
        self._held = metrics.gauge(catalogue.QUARANTINE_ITEMS)
        self._held_oldest = metrics.gauge(catalogue.QUARANTINE_OLDEST)
        self._letters = metrics.gauge(catalogue.DEAD_LETTERS)
        self._letters_oldest = metrics.gauge(catalogue.DEAD_LETTERS_OLDEST)
        self._balanced = metrics.gauge(catalogue.CONSERVATION_BALANCED)
        self._took = metrics.gauge(catalogue.CONSERVATION_COUNT_DURATION)
        self._counted_at = metrics.gauge(catalogue.CONSERVATION_COUNTED)
        self._reconciled_at = metrics.gauge(catalogue.RECONCILED)
        self._item_outcomes = metrics.gauge(catalogue.CONSERVATION_ITEMS)
        self._event_outcomes = metrics.gauge(catalogue.CONSERVATION_EVENTS)
        self._lock = asyncio.Lock()
        self._due_at = float("-inf")

    async def refresh(self) -> None:
        """Count if it is time to; when the database is away the numbers go, because they would be stale."""
        async with self._lock:
            started = time.monotonic()
            if started < self._due_at:
                return
            try:
                async with reading(self._room) as now:
                    self._show(await conservation(now))
            except AWAY as error:
                _log.warning("conservation.uncounted", error=type(error).__name__)
                self._clear()
            ended = time.monotonic()
            self._took.set(ended - started)
            self._due_at = ended + max(_SHORTEST_INTERVAL_S, (ended - started) / _LARGEST_SHARE)

    def _show(self, found: Conservation) -> None:
        self._clear()
        for sender in found.items:
            check = f"items:{sender.sender}"
            self._check(check, sender.difference, sender.pending, sender.oldest_pending_age_s)
            for outcome in catalogue.ITEM_OUTCOMES:
                self._item_outcomes.labels(sender.sender, outcome).set(getattr(sender, outcome))
        for hop in found.events:
            self._check(hop.hop, hop.difference, hop.pending, hop.oldest_pending_age_s)
            self._stuck.labels(hop.hop).set(hop.stuck)
            self._dead.labels(hop.hop).set(hop.dead_lettered)
            for fate in catalogue.EVENT_FATES:
                self._event_outcomes.labels(hop.hop, fate).set(getattr(hop, fate))
        for lacking in found.snapshots:
            self._check(lacking.hop, 0, lacking.missing, lacking.oldest_missing_age_s)
        for reader in found.unexpected:
            self._difference.labels(f"unexpected:{reader.reader}").set(reader.unexpected)
        custody = found.custody
        self._difference.labels("custody").set(abs(custody.imbalance) + abs(custody.difference))
        for known in found.known:
            self._difference.labels(f"known:{known.rollup}").set(known.difference)
        for held in found.quarantine:
            self._held.labels(held.sender).set(held.items)
            self._held_oldest.labels(held.sender).set(held.oldest_age_s)
        for letters in found.dead_letters:
            self._letters.labels(letters.reader, letters.topic).set(letters.letters)
            self._letters_oldest.labels(letters.reader, letters.topic).set(letters.oldest_age_s)
        given = found.credits
        self._check("credits", given.difference, given.pending, given.oldest_pending_age_s)
        told = found.webhooks
        self._check("webhooks", told.difference, told.pending + told.unrouted, told.oldest_pending_age_s)
        self._balanced.set(1 if found.balanced else 0)
        self._counted_at.set(found.snapshot_at.timestamp())
        self._reconciled_at.set(found.snapshot_at.timestamp() - max(_ages(found), default=0.0))

    def _check(self, check: str, difference: int, pending: int, oldest_age_s: float | None) -> None:
        self._difference.labels(check).set(difference)
        self._pending.labels(check).set(pending)
        self._oldest.labels(check).set(oldest_age_s or 0)

    def _clear(self) -> None:
        # A sender or hop that is gone must not go on being shown.
        for gauge in (
            self._difference,
            self._pending,
            self._oldest,
            self._stuck,
            self._dead,
            self._held,
            self._held_oldest,
            self._letters,
            self._letters_oldest,
            self._item_outcomes,
            self._event_outcomes,
        ):
            gauge.clear()
        self._balanced.set(0)
        self._counted_at.set(0)


def _ages(found: Conservation) -> list[float]:
    """How long what is on its way has been so, at every hop."""
    ages = [
        *(one.oldest_pending_age_s for one in found.items),
        *(one.oldest_pending_age_s for one in found.events),
        *(one.oldest_missing_age_s for one in found.snapshots),
    ]
    return [age for age in ages if age is not None]


class Refreshed(Protocol):
    """Gauges that are brought up to date when somebody looks."""

    async def refresh(self) -> None:
        """Bring them up to date."""


class Refreshing:
    """Asks for an update, one at a time, and waits for it no longer than a scrape may."""

    def __init__(self, gauges: Refreshed) -> None:
        self._gauges = gauges
        self._task: asyncio.Task[None] | None = None

    async def within(self, seconds: float) -> None:
        """Return once the gauges are up to date, or after so long: then they stay as they are, until later.

        Raises:
            Exception: whatever an update failed with.
        """
        task = self._task
        if task is None:
            task = self._task = asyncio.create_task(self._gauges.refresh())
        await asyncio.wait({task}, timeout=seconds)
        if task.done():
            # Several scrapes may have waited for the same.
            if self._task is task:
                self._task = None
            task.result()


def metrics_route(gauges: Sequence[Refreshed], metrics: Metrics) -> Route:
    """`/metrics` with the numbers of now."""
    refreshing = [Refreshing(one) for one in gauges]

    async def exposition(_: Request) -> Response:
        await asyncio.gather(*(one.within(_PATIENCE_S) for one in refreshing))
        return Response(metrics.render(), media_type=CONTENT_TYPE)

    return Route("/metrics", exposition, include_in_schema=False)
