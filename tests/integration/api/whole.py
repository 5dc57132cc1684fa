"""Events through all services into the api's tables, and every table empty again."""

from collections.abc import Iterator, Sequence
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from leadtrace.domain.calendar import Days
from leadtrace.domain.definitions.canonical import reference_to
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.events.codec import decode_data
from leadtrace.events.deal import DealLinked, DealUnlinked
from leadtrace.events.envelope import Event
from leadtrace.runtime.arrivals import rebounds_in
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace.testing.builders import entity_of, outgoing
from leadtrace.testing.chain import Stage, make_bus, put
from leadtrace_attribution.handlers import AttributionHandler
from leadtrace_scoring.handlers import ScoringHandler
from tests.integration.api.ingested import store_event
from tests.integration.api.projection import Projection

_TABLES = {
    "ingest": ("events", "subjects", "bindings"),
    "scoring": ("leads", "bindings", "notes", "seen", "dead_letters"),
    "attribution": ("leads", "deals", "deal_subjects", "bindings", "notes", "seen", "dead_letters"),
    "api": (
        "leads",
        "deals",
        "funnel_daily",
        "revenue_daily",
        "funnel_known",
        "revenue_known",
        "lead_days",
        "known_leads",
        "notes",
        "dead_letters",
    ),
}
_FOUND = """
insert into ingest.subjects (subject_key, source, kind, external_id, entity_id, founded_id, binding_revision,
                             standing, first_recorded_at)
values ($1, $2, $3, $4, $5, $5, 1, 0, $6) on conflict do nothing
"""
_BIND = """
insert into ingest.bindings (subject_key, revision, entity_id, because, recorded_at)
values ($1, $2, $3, $4, $5) on conflict do nothing
"""


def _bound(made: Event) -> Iterator[tuple[object, ...]]:
    """Where records are from now on, if that is what the event tells."""
    for one in rebounds_in(made):
        key = _key_of(one.subject, one.source)
        yield key, one.bindingrev, UUID(one.joined), one.because.value, made.recordedtime


def _key_of(subject: str, source: str) -> UUID:
    return uuid5(entity_of(subject, source), "subject")


def _founded(made: Event) -> Iterator[tuple[object, ...]]:
    """The records that an event is about, each with the entity that it founds when it is first heard of."""
    data = decode_data(made)
    rebounds = rebounds_in(made)
    names = [(one.source, one.subject) for one in rebounds] or [(made.source, made.subject)]
    if isinstance(data, DealLinked | DealUnlinked):
        names.append((data.lead.source, data.lead.subject))
    for source, subject in names:
        kind, _, external_id = subject.partition("/")
        founded = entity_of(subject, source)
        yield _key_of(subject, source), source, kind, external_id, founded, made.recordedtime


class Whole:
    """All services over one database and one bus."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        definitions, clock = live_definitions(), SystemClock()
        days = Days(ZoneInfo("Europe/Berlin"))
        self._handlers = (
            ("scoring", ScoringHandler(ScoreFold(definitions), clock)),
            ("attribution", AttributionHandler(reference_to(definitions), clock, days)),
            ("api", projection.projector),
        )

    async def begin(self) -> None:
        """Forget everything."""
        names = ", ".join(f"{schema}.{table}" for schema, tables in _TABLES.items() for table in tables)
        await self.projection.owner.execute(f"truncate {names}")
        self._bus = await make_bus()

    async def tell(self, events: Sequence[Event], *, copies: int = 1, size: int = 5_000) -> None:
        """Store and publish events, and have every service read all there is."""
        async with self.projection.owner.acquire() as connection:
            for made in events:
                await store_event(connection, made)
                await connection.executemany(_FOUND, _founded(made))
                await connection.executemany(_BIND, _bound(made))
        await put(self._bus, [outgoing(made) for made in events for _ in range(copies)])
        for service, handler in self._handlers:
            await Stage(service, self._bus, self.projection.owner, handler, max_records=size).drain()
