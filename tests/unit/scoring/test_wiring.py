"""What scoring owns and reads, by name: an operator types the hops, a broker is told the topics."""

from leadtrace.domain.scoring.history_fold import fold_by
from leadtrace.events.topics import Topic, catalogue
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace_scoring.handlers import ScoringHandler
from leadtrace_scoring.wiring import hops


def test_it_owns_a_hop_for_each_reader_of_its_topic() -> None:
    owned = hops(ScoringHandler(fold_by(live_definitions()), SystemClock()))
    assert [hop.name for hop in owned] == ["lead-scores to attribution", "lead-scores to api"]
    assert {hop.topic for hop in owned} == {
        topic for topic, info in catalogue().items() if info.writer == "scoring"
    }


def test_it_reads_lead_events_alone() -> None:
    assert ScoringHandler.topics == (Topic.LEAD_EVENTS,)
