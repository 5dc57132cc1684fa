"""What attribution's fold of a lead remembers between events: a cache of the set, never the truth."""

import msgspec

from leadtrace.domain.attribution.recorded import Recorded
from leadtrace.domain.attribution.standing import Entry, Standing
from leadtrace.domain.custody.hand import HandsState
from leadtrace.domain.fact import Value
from leadtrace.events.lead import Acquisition


class TouchMark(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A touchpoint at `at` (µs), with its acquisition dimensions in their declared order."""

    at: int
    dimensions: tuple[Value, ...]


class LeadState(msgspec.Struct, array_like=True, gc=False):
    """A lead as its own events leave it.

    `captured` is the earliest `lead.captured`, `record` the earliest other event of the record while no
    capture is known, `origin` the dimensions of the capture and of the CRM's original source. `touches`
    stops at the limit; `further` counts those beyond it by day since the epoch. `claims` are the newest
    ones in folding order, `past` sums up the older. `records` says of each record whether it is still there,
    `own` what custody reads. `told_at` (µs) is when the capture or the record was told, `watched_from` (µs)
    the earliest moment from which the lead is said to be watched.
    """

    latest_at: int = 0
    captured: Entry | None = None
    record: Entry | None = None
    origin: tuple[Value, ...] = ()
    first_touch: TouchMark | None = None
    last_touch: TouchMark | None = None
    touches: int = 0
    further: dict[int, int] = {}
    claims: list[Entry] = []
    past: Standing | None = None
    owner: str | None = None
    team: str | None = None
    records: dict[str, bool] = {}
    skewed: bool = False
    recorded: Recorded = msgspec.field(default_factory=Recorded)
    own: HandsState = msgspec.field(default_factory=HandsState)
    told_at: int = 0
    watched_from: int | None = None


def acquisition_of(dimensions: tuple[Value, ...]) -> Acquisition:
    """The dimensions by name; those not there are None."""
    return Acquisition(*dimensions)  # type: ignore[arg-type]  # extraction puts only text here


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(LeadState)


def encode_state(state: LeadState) -> bytes:
    """The bytes in which a lead's state is saved."""
    return _ENCODER.encode(state)


def decode_state(stored: bytes) -> LeadState:
    """The state that `encode_state` saved.

    Raises:
        msgspec.DecodeError: the bytes are not such a state.
    """
    return _DECODER.decode(stored)
