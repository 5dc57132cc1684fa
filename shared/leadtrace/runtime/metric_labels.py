"""Labels that several rooms give their metrics; what only one metric has stands beside it."""

from leadtrace.events.topics import Topic
from leadtrace.runtime.metric_definition import Label

CONSUMER_GROUP = Label(
    "consumer_group",
    "the group of the process that reads",
    values=("scoring", "attribution", "api-projections"),
)
TOPIC = Label("topic", "the topics of the catalogue of events", values=tuple(topic.value for topic in Topic))
PARTITION = Label("partition", "the partitions that the process holds", most=1_000)
SENDER = Label("sender", "the senders that are configured, or of whom something is kept", most=100)
READER = Label("reader", "the services that read topics", values=("api", "attribution", "scoring"))
