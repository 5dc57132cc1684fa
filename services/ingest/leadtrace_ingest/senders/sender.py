"""What the door and the relay need of a sender, whichever vendor stands behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from leadtrace_ingest.senders.item import ItemResult


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as its signature covers it: `uri` as the sender called it, names of headers in lower case."""

    method: bytes
    uri: bytes
    headers: Mapping[bytes, bytes]
    body: bytes
    received_ms: int


class SignatureError(Exception):
    """The request is not authentic; the message names the rule that it breaks, `remedy` what to do."""

    def __init__(self, rule: str, remedy: str) -> None:
        super().__init__(rule)
        self.remedy = remedy


class Adapter(Protocol):
    """A vendor's own rules. Every method is pure: no state, no clock, no other item."""

    @property
    def mapping_label(self) -> str:
        """`<name>@<version>` of the mapping that is stamped on every event."""

    @property
    def kept_headers(self) -> frozenset[bytes]:
        """Headers worth keeping beside the body, in lower case; never one that holds a secret."""

    def verify(self, request: SignedRequest) -> None:
        """Check the signature over the raw bytes.

        Raises:
            SignatureError: it is missing, wrong or stale.
        """

    def count(self, body: bytes) -> int:
        """How many items the body holds; what cannot be split is one item."""

    def split(self, body: bytes) -> list[bytes]:
        """The raw items of a body, exactly as many as `count` says."""

    def map_item(self, raw: bytes) -> ItemResult:
        """What becomes of one raw item; it never raises for what a sender can send."""

    def refuse_broken(self, raw: bytes, detail: str) -> ItemResult:
        """The result for an item on which the adapter itself failed."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A configured sender: its name, its standing among senders, how it calls the door, its vendor's rules.

    `public_base` is scheme, host and path base as the sender knows them; signatures cover it.
    """

    name: str
    rank: int
    public_base: bytes
    adapter: Adapter
