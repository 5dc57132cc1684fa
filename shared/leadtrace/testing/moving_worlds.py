"""Generated worlds whose records are bound anew, once or often, while events come under any binding."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

import msgspec
from hypothesis import strategies as st

from leadtrace.events.binding import DealRebound, LeadRebound, Rebound
from leadtrace.events.codec import decode_data, encode
from leadtrace.events.deal import DealLinked, DealUnlinked
from leadtrace.events.envelope import Event
from leadtrace.testing.builders import SOURCE, entity_of, event
from leadtrace.testing.worlds import worlds

_LEADS = ("contact/1", "contact/2", "contact/3")
_DEALS = ("deal/1", "deal/2")
_FIRST_NUMBER = 10_000


@dataclass(frozen=True, slots=True)
class MovingWorld:
    """`events` as ingest publishes them, moves among them; `settled` the same as if no record had ever moved.

    `homes` says to which entity each record belongs in the end.
    """

    events: list[Event]
    settled: list[Event]
    homes: dict[str, UUID]


@st.composite
def moving_worlds(draw: st.DrawFn) -> MovingWorld:
    """Records of leads move among leads, those of deals among deals; whoever is at home in the end stays."""
    plain = draw(worlds(max_events=20))
    paths = {**draw(_paths(_LEADS)), **draw(_paths(_DEALS))}
    homes = {subject: path[-1] for subject, path in paths.items()}
    events = [_under(one, draw, paths) for one in plain]
    moves = [made for subject, path in paths.items() for made in _told(subject, path)]
    numbered = [
        msgspec.structs.replace(one, eventno=str(_FIRST_NUMBER + place), id=f"m{place}")
        for place, one in enumerate(moves)
    ]
    settled = [_bound(one, homes[one.subject], 1, {**homes}, {}) for one in plain]
    return MovingWorld(events + numbered, settled, homes)


@st.composite
def _paths(draw: st.DrawFn, subjects: Sequence[str]) -> dict[str, list[UUID]]:
    """The entities that each record belonged to, the one that it founded first."""
    at_home = draw(st.sets(st.sampled_from(subjects), min_size=1))
    paths: dict[str, list[UUID]] = {}
    for subject in subjects:
        last = subject if subject in at_home else draw(st.sampled_from(sorted(at_home)))
        between = draw(st.lists(st.sampled_from(subjects), max_size=3))
        path = [entity_of(subject)]
        for stop in (*between, last):
            if entity_of(stop) != path[-1]:
                path.append(entity_of(stop))
        paths[subject] = path
    return paths


def _told(subject: str, path: Sequence[UUID]) -> list[Event]:
    data = DealRebound if subject.startswith("deal/") else LeadRebound
    made = []
    for revision, (left, joined) in enumerate(pairwise(path), start=2):
        bound = Rebound(SOURCE, subject, str(path[0]), str(left), str(joined), revision)
        for entity in sorted({path[0], left, joined}):
            about = f"{data.__name__}/{entity}"
            made.append(event(data(bindings=(bound,)), about, 0, source="ingest", partitionkey=str(entity)))
    return made


def _under(one: Event, draw: st.DrawFn, paths: dict[str, list[UUID]]) -> Event:
    revisions = {subject: draw(st.integers(1, len(path))) for subject, path in paths.items()}
    at = {subject: path[revisions[subject] - 1] for subject, path in paths.items()}
    return _bound(one, at[one.subject], revisions[one.subject], at, revisions)


def _bound(
    one: Event, entity: UUID, revision: int, leads: dict[str, UUID], revisions: dict[str, int]
) -> Event:
    data = decode_data(one)
    if isinstance(data, DealLinked | DealUnlinked):
        lead = data.lead.subject
        ref = msgspec.structs.replace(data.lead, lead_id=str(leads[lead]), bindingrev=revisions.get(lead, 1))
        data = msgspec.structs.replace(data, lead=ref)
    return msgspec.structs.replace(
        one, partitionkey=str(entity), bindingrev=revision, data=msgspec.Raw(encode(data))
    )
