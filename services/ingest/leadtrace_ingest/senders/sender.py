"""What the door and the relay need of a sender, whichever vendor stands behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple, Protocol
from uuid import UUID

import msgspec

from leadtrace_ingest.senders.item import Item, ItemResult

MAX_DEPTH = 64

# Where the kept headers hold what is no header: no HTTP header begins with a colon.
ROUTE = ":route"
SIGNATURE = ":signature"
IMPORT = ":import"
OPERATOR = ":operator"
TRACE = ":traceparent"


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as its signature covers it: `uri` as the sender called it, names of headers in lower case.

    `route` is the part of the path below the sender's own, without slashes at its ends: empty, a secret
    segment, or a name such as `cdc` or `track`. `body` are the bytes as they came.
    """

    method: bytes
    uri: bytes
    headers: Mapping[bytes, bytes]
    body: bytes
    received_ms: int
    route: str = ""


class SignatureError(Exception):
    """The request is not authentic; the message names the rule that it breaks, `remedy` what to do."""

    def __init__(self, rule: str, remedy: str) -> None:
        super().__init__(rule)
        self.remedy = remedy


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """One authentic request as an adapter sees it, at the door and later in the relay alike.

    `headers` are those that the adapter keeps, names in lower case, and what `verify` found worth keeping.
    """

    route: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


class Answer(NamedTuple):
    """What the door answers."""

    status: int
    content_type: bytes
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Accepted(NamedTuple):
    """What an adapter may say in its answer: the delivery is durable, `results` are there if it validates.

    `route` is the delivery's, for vendors that want another answer on each.
    """

    intake_id: UUID
    items: int
    results: Sequence[ItemResult] = ()
    route: str = ""


class Standing(IntEnum):
    """Whose record names the lead: a CRM's before a form's before a visitor's."""

    CRM = 0
    FORM = 1
    VISITOR = 2


class Adapter(Protocol):
    """A vendor's own rules. Every method is pure: no state, no clock, no other item."""

    @property
    def mapping_label(self) -> str:
        """`<name>@<version>` of the mapping that is stamped on every event."""

    @property
    def kept_headers(self) -> frozenset[bytes]:
        """Headers worth keeping beside the body, in lower case; never one that holds a secret."""

    @property
    def kept_prefixes(self) -> tuple[bytes, ...]:
        """Beginnings of the names of further headers worth keeping, which are kept whole."""

    @property
    def validates(self) -> bool:
        """Whether the door maps the items before it answers, so that the sender learns what is wrong."""

    @property
    def paths(self) -> Mapping[str, str]:
        """Whole paths that the vendor's clients call besides `/v1/webhooks/<sender>`, with their routes.

        One that ends in a slash takes one segment more; that is the route then, and may be a secret.
        """

    @property
    def answer_headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """Headers of every answer, of a refusal too."""

    @property
    def compressed(self) -> bool:
        """Whether a gzip body is unpacked whatever the headers say."""

    def verify(self, request: SignedRequest) -> Mapping[str, str]:
        """Check the signature over the raw bytes; what is to be kept beside the headers, under `:` names.

        A route below the sender's own path is kept only if it is named here as `:route`: it may be a secret.

        Raises:
            SignatureError: it is missing, wrong or stale.
        """

    def facts(self, request: SignedRequest) -> Mapping[str, str]:
        """What is to be kept of an authentic request, however it was authenticated, under `:` names."""

    def redact(self, body: bytes) -> bytes:
        """The body as it may be stored, without the secrets that the vendor puts into it."""

    def max_bytes(self, delivery: Delivery) -> int | None:
        """Bytes of the largest body, unpacked, by the vendor's own rules; None is the door's limit."""

    def count(self, delivery: Delivery) -> int:
        """How many items the delivery holds; what cannot be split is one item."""

    def split(self, delivery: Delivery) -> list[Item]:
        """The items of a delivery, exactly as many as `count` says."""

    def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
        """What becomes of one item; it never raises for what a sender can send."""

    def refuse_broken(self, item: Item, detail: str) -> ItemResult:
        """The result for an item on which the adapter itself failed."""

    def accepted(self, accepted: Accepted) -> Answer:
        """What the vendor takes for success."""

    def options(self, headers: Mapping[bytes, bytes]) -> Answer | None:
        """What the vendor's clients want to hear from `OPTIONS`; None is the door's own 405."""

    def not_durable(self) -> Answer | None:
        """What the vendor takes for `deliver again`; None is the door's own 503."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A configured sender: its name, its standing among senders, how it calls the door, its vendor's rules.

    `public_base` is scheme, host and path base as the sender knows them; signatures cover it. `max_depth` is
    how deeply the JSON of an item may be nested. `standing` is that of its records among those of one person;
    `trusted` whether what it says of how to reach people may join their records. `imports` makes the adapters
    of what is imported in its name, `operator` maps what operators say of its records; only the routes for
    these mark deliveries as such.
    """

    name: str
    rank: int
    public_base: bytes
    adapter: Adapter
    max_depth: int = MAX_DEPTH
    standing: int = Standing.FORM
    trusted: bool = True
    imports: Callable[[Delivery], Adapter] | None = None
    operator: Adapter | None = None

    def adapter_for(self, delivery: Delivery) -> Adapter:
        """Whose rules a stored delivery follows: an import and an operator's word have their own."""
        if self.operator is not None and OPERATOR in delivery.headers:
            return self.operator
        if self.imports is not None and IMPORT in delivery.headers:
            return self.imports(delivery)
        return self.adapter
