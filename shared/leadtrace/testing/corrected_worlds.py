"""Generated worlds in which some events are corrected, and some corrections too."""

from dataclasses import dataclass
from datetime import timedelta

import msgspec
from hypothesis import strategies as st

from leadtrace.events.catalogue import BY_TYPE
from leadtrace.events.correction import Declaration, EventCorrected
from leadtrace.events.envelope import Event
from leadtrace.testing.builders import event
from leadtrace.testing.worlds import worlds

_FIRST_NUMBER = 5_000


@dataclass(frozen=True, slots=True)
class CorrectedWorld:
    """`events` with corrections among them; `standing` are those that count in the end, no corrections."""

    events: list[Event]
    standing: list[Event]


@st.composite
def corrected_worlds(draw: st.DrawFn) -> CorrectedWorld:
    """Corrections come later than all else is recorded, each later than the one before."""
    plain = draw(worlds(max_events=20))
    latest = max(one.recordedtime for one in plain)
    corrections: list[Event] = []
    for place in range(draw(st.integers(1, 6))):
        wrong = draw(st.sampled_from([*plain, *corrections]))
        data = EventCorrected(
            event=wrong.id,
            corrects=BY_TYPE[wrong.type].name,
            declaration=draw(st.sampled_from(Declaration)),
        )
        moment = latest + timedelta(minutes=place + 1)
        made = event(data, wrong.subject, _FIRST_NUMBER + place, at=moment, recorded=moment)
        corrections.append(made)
    return CorrectedWorld([*plain, *corrections], _standing(plain, corrections))


def _standing(plain: list[Event], corrections: list[Event]) -> list[Event]:
    wrong: set[str] = set()
    for one in reversed(corrections):
        if one.id not in wrong:
            wrong.add(msgspec.json.decode(one.data)["event"])
    return [one for one in plain if one.id not in wrong]
