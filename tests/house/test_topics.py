"""The topics are data: each says who writes it, what its records are keyed by and what it holds."""

import re

import pytest

from leadtrace.events.catalogue import CATALOGUE
from leadtrace.events.snapshots import SNAPSHOTS
from leadtrace.events.topics import Topic, all_topic_names, catalogue, dead_letter_topic
from tests.house.checkout import SERVICES, shipped_files, text

KEYS = {"lead_id", "deal_id", "account_id", "spend_account_id", "definition_id", "intake_id"}
WHERE_NAMES_STAND = {"topics.py"}


@pytest.mark.parametrize("topic", Topic)
def test_topic_says_who_writes_it_and_what_it_holds(topic: Topic) -> None:
    """Two writers on one topic, or a key that nobody wrote down, break the order within a partition."""
    info = catalogue()[topic]
    assert info.writer in SERVICES
    assert info.key in KEYS
    assert len(info.holds.split()) > 2, "say it in words"


@pytest.mark.parametrize("topic", Topic)
def test_topic_is_a_kebab_case_stream_of_facts(topic: Topic) -> None:
    """A topic outlives the service that writes it, so it is not named after one."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", topic.value)
    assert not any(service in topic.value for service in SERVICES)


@pytest.mark.parametrize("topic", Topic)
def test_something_travels_on_every_topic(topic: Topic) -> None:
    """What is not built yet is absent: a topic without a type is a stub, unless it carries raw requests."""
    used = {row.topic for row in CATALOGUE} | {row.topic for row in SNAPSHOTS}
    assert (topic in used) != catalogue()[topic].raw


def test_dead_letter_topics_are_derived() -> None:
    """A hand-typed twin per topic is forgotten for the next topic."""
    names = all_topic_names()
    assert len(names) == len(set(names)) == 2 * len(Topic)
    assert {dead_letter_topic(topic) for topic in Topic} < set(names)


def test_topic_names_are_typed_only_once() -> None:
    """A name at a call site goes on working after the catalogue changed, on a topic nobody reads.

    A name of one word is the name of other things too, such as a folder.
    """
    named = [topic.value for topic in Topic if "-" in topic.value]
    quoted = re.compile("|".join(f"[\"']{name}(-dlq)?[\"']" for name in named))
    offenders = [
        str(path)
        for path in shipped_files()
        if path.name not in WHERE_NAMES_STAND and quoted.search(text(path))
    ]
    assert not offenders, f"use leadtrace.events.topics.Topic: {offenders}"
