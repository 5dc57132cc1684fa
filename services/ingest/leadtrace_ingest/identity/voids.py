"""Which events were corrected, as far as ingest needs it: corrections that stand, of given events."""

from collections.abc import Collection

from leadtrace.domain.corrections import Correction, Identity, void_events
from leadtrace.events.times import to_micros
from leadtrace.store.connection import Connection

_ANY = "select exists (select from ingest.corrections)"
_OF = """
select c.source, c.id, c.corrected_source, c.corrected_id, c.recorded_at
from unnest($1::text[], $2::text[]) given (source, id)
join ingest.corrections c on (c.corrected_source, c.corrected_id) = (given.source, given.id)
"""
_CORRECTED_BY = """
select c.corrected_source, c.corrected_id
from unnest($1::text[], $2::text[]) given (source, id)
join ingest.corrections c on (c.source, c.id) = (given.source, given.id)
"""


async def void_among(connection: Connection, events: Collection[Identity]) -> set[Identity]:
    """Those of the events that a correction voids which stands itself."""
    if not events or not await connection.fetchval(_ANY):
        return set()
    found: set[Correction] = set()
    frontier = set(events)
    while frontier:
        sources, ids = _columns(frontier)
        new = {
            Correction(to_micros(recorded), (source, id_), (of, which))
            for source, id_, of, which, recorded in await connection.fetch(_OF, sources, ids)
        }
        frontier = {one.own for one in new - found}
        found |= new
    return void_events(found).intersection(events)


async def reached_by(connection: Connection, events: Collection[Identity]) -> set[Identity]:
    """The events and, where these are corrections, what they correct, and so on."""
    reached, frontier = set(events), set(events)
    while frontier:
        rows = await connection.fetch(_CORRECTED_BY, *_columns(frontier))
        frontier = {(source, id_) for source, id_ in rows} - reached
        reached |= frontier
    return reached


def _columns(events: Collection[Identity]) -> tuple[list[str], list[str]]:
    return [source for source, _ in events], [id_ for _, id_ in events]
