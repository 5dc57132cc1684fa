"""Generated worlds in which records are bound anew and events corrected, each at a moment of its own."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import msgspec
from hypothesis import assume
from hypothesis import strategies as st

from leadtrace.events.binding import DealRebound, Ground, LeadRebound, Rebound
from leadtrace.events.catalogue import BY_TYPE
from leadtrace.events.codec import decode_data, encode
from leadtrace.events.correction import Declaration, EventCorrected
from leadtrace.events.deal import DealLinked, DealUnlinked
from leadtrace.events.envelope import Event
from leadtrace.testing.builders import DAY_ZERO, SOURCE, entity_of, event
from leadtrace.testing.worlds import worlds

INGEST = "leadtrace/ingest"
_FIRST_CORRECTION, _FIRST_REBOUND = 5_000, 10_000
_LEADS = ("contact/1", "contact/2", "contact/3")
_DEALS = ("deal/1", "deal/2")
_GROUNDS = st.sampled_from((Ground.MERGED, Ground.EMAIL, Ground.SPLIT, Ground.CORRECTED))
# Where a record is from when on, the first since ever.
Path = list[tuple[datetime, UUID]]


@st.composite
def moved_worlds(draw: st.DrawFn, *, hours_late: Sequence[int]) -> list[Event]:
    """Events under the bindings of when they were recorded, rebounds and corrections among them."""
    plain = draw(worlds(max_events=20, hours_late=hours_late))
    paths = {subject: draw(_path(subject, kind)) for kind in (_LEADS, _DEALS) for subject in kind}
    assume(not any(_in_a_circle(kind, paths) for kind in (_LEADS, _DEALS)))
    wrong = [draw(st.sampled_from(plain)) for _ in range(draw(st.integers(0, 3)))]
    hours = [draw(st.integers(0, 60)) for _ in wrong]
    plain += [
        _correction(one, _FIRST_CORRECTION + place, late)
        for place, (one, late) in enumerate(zip(wrong, hours, strict=True))
    ]
    rebounds = [told for subject, path in paths.items() for told in _told(draw, subject, path)]
    return [
        *(_under(one, paths) for one in plain),
        *(
            msgspec.structs.replace(one, eventno=str(_FIRST_REBOUND + place), id=f"m{place}")
            for place, one in enumerate(rebounds)
        ),
    ]


def _in_a_circle(subjects: Sequence[str], paths: dict[str, Path]) -> bool:
    """Whether records ever are in each other's entities: ingest binds none so, nobody could say whose."""
    moments = {since for subject in subjects for since, _ in paths[subject]}
    founders = {entity_of(subject): subject for subject in subjects}
    for moment in moments:
        whose = {subject: founders[_bound(paths[subject], moment)[0]] for subject in subjects}
        for subject in subjects:
            stop = subject
            for _ in subjects:
                stop = whose[stop]
            if whose[stop] != stop:
                return True
    return False


def _correction(wrong: Event, number: int, hours: int) -> Event:
    name = BY_TYPE[wrong.type].name
    data = EventCorrected(event=wrong.id, corrects=name, declaration=Declaration.DID_NOT_OCCUR)
    recorded = wrong.recordedtime + timedelta(hours=hours)
    return event(data, wrong.subject, number, at=recorded, recorded=recorded)


def _told(draw: st.DrawFn, subject: str, path: Path) -> Iterator[Event]:
    """A rebound for every entity concerned, recorded when the record moved."""
    data = DealRebound if subject.startswith("deal/") else LeadRebound
    kind = "deal" if data is DealRebound else "lead"
    founded = path[0][1]
    for revision, ((_, left), (moved_at, joined)) in enumerate(pairwise(path), start=2):
        ends = (str(founded), str(left), str(joined))
        bound = Rebound(SOURCE, subject, *ends, revision, because=draw(_GROUNDS))
        for entity in sorted(set(ends)):
            about = f"{kind}/{entity}"
            yield event(
                data(bindings=(bound,)),
                about,
                0,
                at=moved_at,
                source=INGEST,
                partitionkey=entity,
                sourcerank=0,
            )


@st.composite
def _path(draw: st.DrawFn, own: str, subjects: Sequence[str]) -> Path:
    hours = sorted(draw(st.sets(st.integers(1, 100), max_size=2)))
    path = [(datetime.min.replace(tzinfo=DAY_ZERO.tzinfo), entity_of(own))]
    for hour in hours:
        stop = entity_of(draw(st.sampled_from(subjects)))
        if stop != path[-1][1]:
            path.append((DAY_ZERO + timedelta(hours=hour, minutes=30), stop))
    return path


def _under(one: Event, paths: dict[str, Path]) -> Event:
    entity, revision = _bound(paths[one.subject], one.recordedtime)
    data = decode_data(one)
    if isinstance(data, DealLinked | DealUnlinked):
        lead, lead_revision = _bound(paths[data.lead.subject], one.recordedtime)
        ref = msgspec.structs.replace(data.lead, lead_id=str(lead), bindingrev=lead_revision)
        data = msgspec.structs.replace(data, lead=ref)
    return msgspec.structs.replace(
        one, partitionkey=str(entity), bindingrev=revision, data=msgspec.Raw(encode(data))
    )


def _bound(path: Path, recorded: datetime) -> tuple[UUID, int]:
    reached = [(entity, place) for place, (since, entity) in enumerate(path, start=1) if since <= recorded]
    return reached[-1]
