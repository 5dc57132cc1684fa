"""What attribution's fold of a deal remembers between events: a cache of the set, never the truth."""

import msgspec

from leadtrace.domain.attribution.recorded import Recorded
from leadtrace.events.snapshots import DealStatus


class Link(msgspec.Struct, array_like=True, gc=False):
    """A lead subject's place in the buying group; `lead_id` as of the highest binding seen."""

    lead_id: str
    bindingrev: int
    linked: bool
    role: str | None = None
    primary: bool = False


class Money(msgspec.Struct, array_like=True, gc=False):
    """What came or went beside the win, as told: `amount` is decimal text, None for all that is left.

    `at` is in µs, `kind` a `MoneyKind`; without a currency it is in that of the deal.
    """

    at: int
    kind: str
    amount: str | None
    currency: str | None


class DealState(msgspec.Struct, array_like=True, gc=False):
    """A deal as its events leave it; moments in µs, `amount` still the sender's decimal text.

    `status` is the one beneath a deletion. `links` are by (source, subject); one that was unlinked stays,
    because its binding still counts should it be linked again. `status_seen` and `stage_seen` say whether a
    change led there or a record that was read as it stands; `ends_seen` are the ends that changes told of.
    `unlinked_since` is set while no link stands. `records` says of each record of the deal whether it is
    still there. `money` is what came or went beside the win: refunds are of the win that stands, or of the
    first one; `refunds_void` says that one came after a win that was undone, `was_won` that there was one,
    `money_truncated` that more was told than is kept.
    """

    latest_at: int = 0
    first_at: int | None = None
    created_at: int | None = None
    closed_at: int | None = None
    status: DealStatus = DealStatus.OPEN
    stage: str | None = None
    reason: str | None = None
    amount: str | None = None
    currency: str | None = None
    default_currency: str | None = None
    records: dict[str, bool] = {}
    skewed: bool = False
    links: dict[tuple[str, str], Link] = {}
    unlinked_since: int | None = None
    status_seen: bool = False
    stage_seen: bool = False
    ends_seen: list[DealStatus] = []
    recorded: Recorded = msgspec.field(default_factory=Recorded)
    money: list[Money] = []
    was_won: bool = False
    refunds_void: bool = False
    money_truncated: bool = False


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(DealState)


def encode_state(state: DealState) -> bytes:
    """The bytes in which a deal's state is saved."""
    return _ENCODER.encode(state)


def decode_state(stored: bytes) -> DealState:
    """The state that `encode_state` saved.

    Raises:
        msgspec.DecodeError: the bytes are not such a state.
    """
    return _DECODER.decode(stored)
