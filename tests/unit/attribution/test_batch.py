"""A batch sorted out by topic: facts of leads and deals, and of each lead the newest verdicts."""

from uuid import UUID

from leadtrace.bus.protocol import Outgoing, Record
from leadtrace.events.deal import DealCreated, DealLinked, DealUnlinked
from leadtrace.events.lead import LeadCaptured
from leadtrace.events.snapshots import LEAD_SCORED, DefinitionRef, LeadScore
from leadtrace.runtime.derive import body_of, record_of
from leadtrace.testing.builders import entity_of, event, lead_ref, outgoing
from leadtrace_attribution.batch import sort_out
from leadtrace_attribution.store import pack_ids, unpack_ids

_LEAD = entity_of("contact/1")


def _record(sent: Outgoing) -> Record:
    return Record(sent.topic, 0, 0, sent.key, sent.value)


def _score(band: str, qualified_at: int) -> Record:
    body = body_of(LeadScore(lead_id=str(_LEAD), definition=DefinitionRef("default", 1, "0"), band=band))
    sent = record_of(
        LEAD_SCORED, _LEAD, version=1, revision=99, body=body, qualification_revision=qualified_at
    )
    return _record(sent)


def test_each_topic_goes_its_own_way() -> None:
    made = [event(LeadCaptured(), "contact/1", 1), event(DealCreated(), "deal/1", 2)]
    batch = sort_out([*(_record(outgoing(one)) for one in made), _score("hot", 5)], 1)
    assert batch.leads.numbers() == [1]
    assert batch.deals.numbers() == [2]
    revision, news = batch.scores[_LEAD]
    assert (revision, news.band, news.qualifications) == (5, "hot", ())


def test_the_highest_qualification_revision_of_a_lead_is_kept() -> None:
    batch = sort_out([_score("warm", 5), _score("hot", 7), _score("cold", 6)], 1)
    assert batch.scores[_LEAD][0] == 7
    assert batch.scores[_LEAD][1].band == "hot"


def test_scores_by_another_version_of_the_definitions_are_left_out() -> None:
    assert not sort_out([_score("hot", 7)], 2).scores


def test_links_name_leads_to_lock() -> None:
    linked = event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 1)
    unlinked = event(DealUnlinked(lead=lead_ref("contact/2")), "deal/2", 2)
    batch = sort_out([_record(outgoing(made)) for made in (linked, unlinked)], 1)
    assert batch.linked_leads() == {_LEAD, entity_of("contact/2")}


def test_dead_letters_of_every_topic_are_gathered() -> None:
    topics = ("lead-events", "deal-events", "lead-scores")
    batch = sort_out([Record(topic, 0, number, b"k", b"poison") for number, topic in enumerate(topics)], 1)
    assert [(letter.topic, letter.offset) for letter in batch.dead] == list(
        zip(topics, range(3), strict=True)
    )


def test_ids_are_packed_in_order_and_come_back() -> None:
    ids = [UUID(int=3), UUID(int=1), UUID(int=2)]
    assert unpack_ids(pack_ids(ids)) == sorted(ids)
    assert unpack_ids(pack_ids([])) == unpack_ids(None) == []
