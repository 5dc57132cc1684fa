"""Loads histories: the records of leads, the deals that these were ever linked with, and all their events."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

from leadtrace.events.catalogue import Code
from leadtrace.events.times import to_micros
from leadtrace.events.topics import Topic
from leadtrace_api.knowledge.bindings import Bindings, Name, bindings_of
from leadtrace_api.knowledge.history import Ask, History, Told, told_of_deal, told_of_lead

_LINKS = (Code.DEAL_LINKED, Code.DEAL_UNLINKED)
_LINK_LEAD = 2  # where the values of a link hold the lead's id
_MOST_HOPS = 10

_EVENTS = """
select e.body from ingest.pub_events e
where e.entity_id = any($1::uuid[]) and e.topic = $2
  and ($3::bigint is null or e.recorded_at <= timestamptz 'epoch' + $3 * interval '1 microsecond')
order by e.event_no
"""
_LAPSED = """
select entity_id, received_before from ingest.pub_lapsed_entities where entity_id = any($1::uuid[])
"""
_DEALS = """
select l.source, l.subject, l.deal_id from unnest($1::text[], $2::text[]) given (source, subject)
join attribution.pub_deal_subjects l on (l.source, l.subject) = (given.source, given.subject)
"""


async def histories(ask: Ask, leads: Sequence[UUID], until: int | None = None) -> dict[UUID, History]:
    """The history of each lead; `until` (µs) leaves out what was recorded later."""
    bindings = await bindings_of(ask, leads)
    told = await _told(ask, {*leads, *bindings.entities()}, Topic.LEAD_EVENTS, until)
    names = {lead: _names(lead, bindings, told) for lead in leads}
    linked = await _linked(ask, {name for some in names.values() for name in some})
    of_deals, deal_bindings = await _deals(ask, {deal for some in linked.values() for deal in some}, until)
    homes = await bindings_of(ask, _leads_of(of_deals))
    everything = {*leads, *bindings.entities(), *deal_bindings.entities(), *itertools.chain(*linked.values())}
    lapsed = await _lapsed(ask, everything)
    found: dict[UUID, History] = {}
    for lead in leads:
        deals = _closure({deal for name in names[lead] for deal in linked.get(name, ())}, deal_bindings)
        own = [one for one in told if one.name in names[lead] or one.entity == lead]
        theirs = [one for one in of_deals if _ever(one, deal_bindings) & deals]
        concerned = _bindings_of_lead(lead, own, theirs, (homes, deal_bindings, bindings))
        ever = {lead, *deals, *(one.entity for name in names[lead] for one in bindings.by_name.get(name, ()))}
        missing = max((lapsed[one] for one in ever if one in lapsed), default=None)
        found[lead] = History(lead, tuple(own), tuple(theirs), concerned, missing)
    return found


async def _told(ask: Ask, entities: Iterable[UUID], topic: Topic, until: int | None) -> list[Told]:
    read: Callable[[bytes], Told | None] = told_of_lead if topic is Topic.LEAD_EVENTS else told_of_deal
    wanted = sorted(entities)
    rows = await ask(_EVENTS, wanted, topic.value, until) if wanted else ()
    return [told for row in rows if (told := read(row[0])) is not None]


async def _lapsed(ask: Ask, entities: Iterable[UUID]) -> dict[UUID, int]:
    """Of those with events that are kept no longer: before when these came (µs)."""
    return {entity: to_micros(before) for entity, before in await ask(_LAPSED, sorted(set(entities)))}


def _names(lead: UUID, bindings: Bindings, told: Iterable[Told]) -> set[Name]:
    """The records that ever belonged to a lead."""
    bound = {one.name for one in bindings.everything() if lead in {one.entity, one.founded}}
    return bound | {one.name for one in told if one.entity == lead}


async def _linked(ask: Ask, names: Iterable[Name]) -> Mapping[Name, set[UUID]]:
    """The deals that records were ever linked with."""
    ordered = sorted(names)
    linked: dict[Name, set[UUID]] = {}
    sources, subjects = [source for source, _ in ordered], [subject for _, subject in ordered]
    for source, subject, deal in await ask(_DEALS, sources, subjects) if ordered else ():
        linked.setdefault((source, subject), set()).add(deal)
    return linked


async def _deals(ask: Ask, deals: set[UUID], until: int | None) -> tuple[list[Told], Bindings]:
    """The events of deals and of all deals that their records ever belonged to."""
    bindings = Bindings()
    asked: set[UUID] = set()
    wanted = deals
    for _ in range(_MOST_HOPS):
        if not wanted - asked:
            break
        bindings = bindings.together(await bindings_of(ask, wanted - asked))
        asked |= wanted
        wanted = deals | bindings.entities()
    return await _told(ask, asked, Topic.DEAL_EVENTS, until), bindings


def _leads_of(of_deals: Iterable[Told]) -> set[UUID]:
    facts = (one.outcome for one in of_deals if one.outcome.code in _LINKS)
    return {UUID(str(fact.values[_LINK_LEAD])) for fact in facts}


def _closure(deals: set[UUID], bindings: Bindings) -> set[UUID]:
    """The deals, and all that their records and those of these ever belonged to."""
    homes = [{one.entity for one in revisions} for revisions in bindings.by_name.values()]
    found, size = set(deals), -1
    while size != len(found):
        size = len(found)
        for some in homes:
            if some & found:
                found |= some
    return found


def _ever(told: Told, bindings: Bindings) -> set[UUID]:
    return {told.entity, *(one.entity for one in bindings.by_name.get(told.name, ()))}


def _bindings_of_lead(
    lead: UUID, own: Iterable[Told], theirs: Sequence[Told], known: Sequence[Bindings]
) -> Bindings:
    """What is known of the records that a lead's history speaks of."""
    facts = (one.outcome for one in theirs if one.outcome.code in _LINKS)
    links = {(str(fact.values[0]), str(fact.values[1])) for fact in facts}
    names = links.union((one.name for one in own), (one.name for one in theirs))
    return Bindings(
        {
            name: revisions
            for some in known
            for name, revisions in some.by_name.items()
            if name in names or revisions[0].founded == lead
        }
    )


async def leads_of_deals(ask: Ask, deals: set[UUID]) -> set[UUID]:
    """The leads that deals, and all that their records ever belonged to, were ever linked with."""
    of_deals, _ = await _deals(ask, deals, None)
    homes = await bindings_of(ask, _leads_of(of_deals))
    found: set[UUID] = set()
    for one in of_deals:
        if one.outcome.code in _LINKS:
            source, subject, lead = (str(value) for value in one.outcome.values[: _LINK_LEAD + 1])
            found.add(homes.home((source, subject), UUID(lead)))
    return found
