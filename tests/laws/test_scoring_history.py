"""The laws of scores by several versions: frozen is what each said while in force."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeAlias, TypeVar

import hypothesis.strategies as st
import msgspec
from hypothesis import given

from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.schedule import Reign, Schedule
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.domain.scoring.history_fold import HistoryFold, decode_history, encode_history, fold_by
from leadtrace.events.codec import encode
from leadtrace.events.snapshots import FrozenPeriod, Qualification, ScorePoint
from leadtrace.testing.arrival import fold_as_arrived
from leadtrace.testing.scorecards import definitions, scoring_values
from leadtrace.testing.strategies import facts_with_arrivals

World: TypeAlias = tuple[list[Fact], list[list[Fact]]]
Told = TypeVar("Told", ScorePoint, Qualification)

READ = scoring_values()
LEAD = "00000000-0000-0000-0000-000000000001"
_DAY = 86_400_000_000


@st.composite
def scheduled_worlds(draw: st.DrawFn) -> tuple[Schedule, World]:
    """Facts, and up to three versions in force one after another, the first perhaps once more at the end."""
    world = draw(facts_with_arrivals(READ))
    moments = sorted({fact.at for fact in world[0]}) or [0]
    versions = [
        msgspec.structs.replace(draw(definitions()), version=number)
        for number in range(1, draw(st.integers(1, 3)) + 1)
    ]
    if draw(st.booleans()):
        versions.append(versions[0])
    turns = st.integers(max(1, moments[0] - _DAY), max(1, moments[-1]) + 3 * _DAY)
    count = len(versions) - 1
    ends = sorted(draw(st.lists(turns, min_size=count, max_size=count, unique=True)))
    reigns = [Reign(one, since) for one, since in zip(versions, [0, *ends], strict=True)]
    current, *before = reversed(reigns)
    shadow = draw(st.booleans()) and len(reigns) > 1 and current.definitions != before[0].definitions
    since = None if shadow else current.since
    return Schedule(current.definitions, since, tuple(reversed(before))), world


@given(scheduled_worlds())
def test_any_arrival_gives_the_same_bytes(given: tuple[Schedule, World]) -> None:
    schedule, world = given
    fold = HistoryFold(schedule)
    clean, _ = refold(fold, world[0])
    arrived, _ = fold_as_arrived(fold, world[1], encode=encode_history, decode=decode_history)
    assert encode_history(arrived) == encode_history(clean)
    assert encode(fold.render(arrived, lead_id=LEAD)) == encode(fold.render(clean, lead_id=LEAD))


@given(scheduled_worlds(), st.data())
def test_at_any_moment_of_a_reign_its_version_alone_has_spoken(
    given: tuple[Schedule, World], data: st.DataObject
) -> None:
    schedule, (events, _) = given
    fold = HistoryFold(schedule)
    now = max([fact.at for fact in events], default=0) + 5 * _DAY
    state, _ = fold.judged(refold(fold, events)[0], now)
    frozen = fold.render(state, lead_id=LEAD).frozen
    assert [(one.definition.version, one.since) for one in frozen] == [
        (one.definitions.version, one.since) for one in schedule.before
    ]
    for place, (told, reign) in enumerate(zip(frozen, schedule.before, strict=True)):
        end = schedule.until(place)
        last = (max(now, reign.since + 1) if end is None else end) - 1
        moment = data.draw(st.integers(reign.since, last))
        _agrees(told, reign.definitions, events, moment)


@given(definitions(), facts_with_arrivals(READ))
def test_with_one_version_it_is_the_plain_fold(given_definitions: Definitions, world: World) -> None:
    fold, plain = fold_by(given_definitions), ScoreFold(given_definitions)
    body = fold.render(refold(fold, world[0])[0], lead_id=LEAD)
    assert body == plain.render(refold(plain, world[0])[0], lead_id=LEAD)
    assert not body.frozen


def _agrees(told: FrozenPeriod, version: Definitions, events: Sequence[Fact], moment: int) -> None:
    """What stood at the moment is what the version says of all that had happened by then."""
    fold = ScoreFold(version)
    state, _ = refold(fold, [fact for fact in events if fact.at <= moment])
    state, _ = fold.judged(state, moment)
    point = _standing(told.timeline, moment)
    if point is not None:
        assert point.band == BANDS[state.band]
    else:
        assert not state.timeline
    for stage in {row.stage for row in version.qualification}:
        verdict = _standing([one for one in told.qualifications if one.stage == stage], moment)
        said = [one for one in fold.renderer.qualifications(state) if one.stage == stage]
        assert (verdict.failed if verdict is not None else None) == (said[-1].failed if said else None)


def _standing(told: Sequence[Told], moment: int) -> Told | None:
    place = bisect_right([one.at for one in told], moment)
    return told[place - 1] if place else None
