"""The topics as data: names are read from `topics.yaml`, never typed at a call site."""

from enum import StrEnum
from functools import cache
from importlib import resources

import msgspec


class Topic(StrEnum):
    """The streams of facts that the services meet in."""

    LEAD_EVENTS = "lead-events"
    DEAL_EVENTS = "deal-events"
    ACCOUNT_EVENTS = "account-events"
    SPEND_EVENTS = "spend-events"
    DEFINITIONS = "definitions"
    LEAD_SCORES = "lead-scores"
    LEAD_OUTCOMES = "lead-outcomes"
    DEAL_OUTCOMES = "deal-outcomes"
    INTAKE_SPILL = "intake-spill"


class TopicInfo(msgspec.Struct, frozen=True):
    """One entry of `topics.yaml`; `raw` records are what a sender posted, of no type of the catalogue."""

    writer: str
    key: str
    holds: str
    raw: bool = False


@cache
def catalogue() -> dict[Topic, TopicInfo]:
    """Every topic with its writer, key and contents."""
    text = resources.files("leadtrace.events").joinpath("topics.yaml").read_bytes()
    return msgspec.yaml.decode(text, type=dict[Topic, TopicInfo])


def dead_letter_topic(topic: str) -> str:
    """The topic that holds a copy of what readers of `topic` could not decode."""
    return f"{topic}-dlq"


def all_topic_names() -> list[str]:
    """Every topic to create, dead-letter topics included."""
    return [name for topic in catalogue() for name in (topic.value, dead_letter_topic(topic))]
