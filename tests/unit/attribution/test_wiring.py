"""What attribution owns and reads, by name: an operator types the hops, a broker is told the topics."""

from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.events.topics import Topic, catalogue
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace_attribution.handlers import NOTED_DEALS, NOTED_LEADS, AttributionHandler
from leadtrace_attribution.wiring import hops


def test_it_owns_the_hops_of_the_topics_that_it_writes() -> None:
    owned = hops(AttributionHandler(Schedule(live_definitions()), SystemClock()))
    assert [hop.name for hop in owned] == ["lead-outcomes to api", "deal-outcomes to api"]
    assert {hop.topic for hop in owned} == {
        topic for topic, info in catalogue().items() if info.writer == "attribution"
    }


def test_it_reads_events_and_scores_and_never_what_it_writes() -> None:
    assert set(AttributionHandler.topics) == {Topic.LEAD_EVENTS, Topic.DEAL_EVENTS, Topic.LEAD_SCORES}


def test_its_notes_are_of_leads_and_deals() -> None:
    assert (NOTED_LEADS, NOTED_DEALS) == ("leads", "deals")
