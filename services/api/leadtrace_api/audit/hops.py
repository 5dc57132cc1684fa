"""The hops that are audited: who hands what to whom, and where either side keeps what it has."""

from dataclasses import dataclass

from leadtrace.events.topics import Topic


@dataclass(frozen=True, slots=True)
class EventHop:
    """Events by id, from ingest to one reader's sets; `entities` is the view of rows that hold the sets.

    `key` is the column of that view with the id of a lead, deal or account.
    """

    topic: Topic
    reader: str
    entities: str
    key: str

    @property
    def name(self) -> str:
        """The hop as its owner calls it."""
        return f"{self.topic.value} to {self.reader}"


@dataclass(frozen=True, slots=True)
class SnapshotHop:
    """Snapshots by revision, from their owner's rows to one reader's; `by_version` if that keeps several."""

    topic: Topic
    reader: str
    owner_view: str
    reader_view: str
    key: str
    owner_revision: str
    reader_revision: str
    by_version: bool = True

    @property
    def name(self) -> str:
        """The hop as its owner calls it."""
        return f"{self.topic.value} to {self.reader}"


EVENT_HOPS = (
    EventHop(Topic.LEAD_EVENTS, "scoring", "scoring.pub_leads", "lead_id"),
    EventHop(Topic.LEAD_EVENTS, "attribution", "attribution.pub_leads", "lead_id"),
    EventHop(Topic.DEAL_EVENTS, "attribution", "attribution.pub_deals", "deal_id"),
    EventHop(Topic.SPEND_EVENTS, "api", "api.pub_spend_accounts", "account_id"),
)
# Attribution reads of a score only what moves band or qualification.
SNAPSHOT_HOPS = (
    SnapshotHop(
        Topic.LEAD_SCORES,
        "attribution",
        "scoring.pub_leads",
        "attribution.pub_leads",
        "lead_id",
        "qualification_revision",
        "qualification_revision",
        by_version=False,
    ),
    SnapshotHop(
        Topic.LEAD_SCORES,
        "api",
        "scoring.pub_leads",
        "api.pub_leads",
        "lead_id",
        "revision",
        "score_revision",
    ),
    SnapshotHop(
        Topic.LEAD_OUTCOMES,
        "api",
        "attribution.pub_leads",
        "api.pub_leads",
        "lead_id",
        "revision",
        "outcome_revision",
    ),
    SnapshotHop(
        Topic.DEAL_OUTCOMES,
        "api",
        "attribution.pub_deals",
        "api.pub_deals",
        "deal_id",
        "revision",
        "outcome_revision",
    ),
)
LETTER_READERS = tuple(sorted({hop.reader for hop in (*EVENT_HOPS, *SNAPSHOT_HOPS)}))
READERS = tuple(sorted({hop.reader for hop in EVENT_HOPS}))
