"""What the scoring fold saves of a lead, compact and of bounded size.

The bound: one answer a fit rule, one account a signal, one bit a disqualifier and a property that clauses
ask for, 200 points of timeline, 64 verdicts; a touch adds to an account and is not kept itself.
"""

from typing import TypeAlias

import msgspec

from leadtrace.domain.scoring.memory import Memory

TIMELINE_BOUND = 200
VERDICT_BOUND = 64

# (at, fit, intent, band): the score as it stood from `at` on.
Point: TypeAlias = tuple[int, int, int, int]
# (stage by place in `qualification`, at, failed clauses as bits; 0 means that the stage's clauses hold).
Verdict: TypeAlias = tuple[int, int, int]


class Account(msgspec.Struct, array_like=True, gc=False):
    """What touchpoints brought for one signal, as it stood at `at` (µs), as stored amounts of decay.py.

    `gained` has the signal's sign left out; `over_day` is what of it the cap of the day takes off.
    """

    at: int
    gained: bytes
    over_day: bytes


class ScoreState(msgspec.Struct, array_like=True):
    """The fold's state; `at` is 0 before the first event, scores are millipoints, `band` is a place in BANDS.

    `answers` and `known` follow the order of the definitions, `disqualified` has a bit for each disqualifier
    that holds, `rung` is the highest rung that the CRM ever claimed (-1 before), `day` and `day_points` count
    towards the cap of the day, `failed` is the newest verdict on each stage. `memory` is there if leads are
    predicted; `member_of` and `touched_at` (µs) if the definitions tell accounts.
    """

    at: int
    touches: int
    answers: list[int]
    fit: int
    disqualified: int
    known: list[bool]
    rung: int
    accounts: dict[int, Account]
    day: int
    day_points: int
    intent: int
    band: int
    timeline: list[Point]
    timeline_omitted: int
    failed: list[int]
    verdicts: list[Verdict]
    verdicts_omitted: int
    memory: Memory | None = None
    member_of: str | None = None
    touched_at: int | None = None


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(ScoreState)


def encode_state(state: ScoreState) -> bytes:
    """The state as stored; equal states give equal bytes."""
    return _ENCODER.encode(state)


def decode_state(stored: bytes) -> ScoreState:
    """The state of `encode_state`.

    Raises:
        msgspec.DecodeError: the bytes are of another shape.
    """
    return _DECODER.decode(stored)
