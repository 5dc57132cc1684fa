"""A batch by topic: facts of leads, facts of deals, and the newest band and qualifications of each lead."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from leadtrace.bus.protocol import Record
from leadtrace.domain.attribution.extract import extract_deal, extract_lead
from leadtrace.events.catalogue import Code
from leadtrace.events.codec import UndecodableError, decode_snapshot, entity_id
from leadtrace.events.snapshots import DefinitionRef, FrozenVerdicts, Qualification
from leadtrace.events.topics import Topic
from leadtrace.runtime.arrivals import Arrivals, dead_letter, decode
from leadtrace.store.dead_letters import DeadLetter

LINKS = (Code.DEAL_LINKED, Code.DEAL_UNLINKED)
_LINK_LEAD = 2  # where the values of a link hold the lead's id


class ScoreNews(msgspec.Struct, frozen=True):
    """What attribution reads of a score; one judged at no event (`at` is 0) says nothing of anybody."""

    definition: DefinitionRef
    at: int = 0
    band: str = "cold"
    qualifications: tuple[Qualification, ...] = ()
    frozen: tuple[FrozenVerdicts, ...] = ()


_news = msgspec.json.Decoder(ScoreNews)


@dataclass(slots=True)
class Batch:
    """The records of one poll, sorted out."""

    leads: Arrivals
    deals: Arrivals
    scores: dict[UUID, tuple[int, ScoreNews]] = field(default_factory=dict)
    dead_scores: list[DeadLetter] = field(default_factory=list)

    @property
    def dead(self) -> list[DeadLetter]:
        """Every record that could not be decoded."""
        return [*self.leads.dead, *self.deals.dead, *self.dead_scores]

    def linked_leads(self) -> set[UUID]:
        """The leads that the batch's own links name."""
        arrived = (one.fact for some in self.deals.facts.values() for one in some)
        return {UUID(str(fact.values[_LINK_LEAD])) for fact in arrived if fact.code in LINKS}


def sort_out(records: Sequence[Record], version: int) -> Batch:
    """Decode a batch of all three topics; scores by another version of the definitions are left out."""
    by_topic: dict[str, list[Record]] = {}
    for record in records:
        by_topic.setdefault(record.topic, []).append(record)
    batch = Batch(
        leads=decode(by_topic.get(Topic.LEAD_EVENTS, ()), extract_lead),
        deals=decode(by_topic.get(Topic.DEAL_EVENTS, ()), extract_deal),
    )
    for record in by_topic.get(Topic.LEAD_SCORES, ()):
        try:
            _take_score(batch, record, version)
        except UndecodableError as error:
            batch.dead_scores.append(dead_letter(record, error))
    return batch


def _take_score(batch: Batch, record: Record, version: int) -> None:
    snapshot = decode_snapshot(record.value)
    lead, revision = entity_id(snapshot.partitionkey), int(snapshot.qualificationrev or 0)
    try:
        news = _news.decode(snapshot.data)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise UndecodableError(str(error)) from error
    if news.definition.version != version:
        return
    known = batch.scores.get(lead)
    if known is None or known[0] < revision:
        batch.scores[lead] = (revision, news)
