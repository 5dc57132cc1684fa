"""Paths by example: merged, cut at both ends, without direct touches, reduced."""

from itertools import permutations

import msgspec
import pytest

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.credits.path import PathParameters, path_of, trace_path
from leadtrace.domain.credits.touch import NO_DIMENSIONS, PathTouch
from leadtrace.domain.definitions.attribution import PathTransform
from tests.unit.domain.credits.journey import touch

_AS_IS = PathParameters()


def _channels(path: list[PathTouch]) -> str:
    return "".join(one.dimensions[0] or "-" for one in path)


def _path(channels: str) -> list[PathTouch]:
    return [touch(day, None if one == "-" else one) for day, one in enumerate(channels)]


def test_touches_of_several_leads_stand_in_event_time() -> None:
    ours, theirs = [touch(1), touch(3)], [touch(2, lead="other"), touch(4, lead="other")]
    path = path_of([*theirs, *ours], until=None, parameters=_AS_IS)
    assert path == [ours[0], theirs[0], ours[1], theirs[1]]


def test_ties_stand_by_lead_then_dimensions_whatever_came_in_first() -> None:
    tied = [
        PathTouch(7, "a", NO_DIMENSIONS),
        PathTouch(7, "a", ("", *NO_DIMENSIONS[1:])),
        PathTouch(7, "a", ("email", *NO_DIMENSIONS[1:])),
        PathTouch(7, "b", NO_DIMENSIONS),
    ]
    for given in permutations(tied):
        assert path_of(given, until=7, parameters=_AS_IS) == tied


def test_two_touches_that_are_alike_are_two() -> None:
    # Copies of one event are one before they come here; what remains did happen twice.
    assert path_of([touch(1), touch(1)], until=None, parameters=_AS_IS) == [touch(1), touch(1)]


@pytest.mark.parametrize(
    ("lookback_us", "until", "kept", "cut"),
    [
        (None, 10 * DAY_US, [0, 9, 10], False),
        (DAY_US, 10 * DAY_US, [9, 10], True),
        (DAY_US - 1, 10 * DAY_US, [10], True),
        (10 * DAY_US, 10 * DAY_US, [0, 9, 10], False),
        (0, 10 * DAY_US, [10], True),
        (DAY_US, 10 * DAY_US - 1, [9], True),
        (DAY_US, 8 * DAY_US, [], True),
        (DAY_US, None, [0, 9, 10, 11], False),
    ],
)
def test_both_ends_of_the_window_count(
    lookback_us: int | None, until: int | None, kept: list[int], cut: bool
) -> None:
    given = [touch(day) for day in (0, 9, 10, 11)]
    path = trace_path(given, until=until, parameters=PathParameters(lookback_us=lookback_us))
    assert [one.at // DAY_US for one in path.touches] == kept
    assert path.cut == cut


@pytest.mark.parametrize(
    ("transform", "given", "expected"),
    [
        # The example by which Fractribution documents its transforms.
        (PathTransform.UNIQUE, "DABBCDCC", "DABBCDCC"),
        (PathTransform.EXPOSURE, "DABBCDCC", "DABCDC"),
        (PathTransform.FIRST, "DABBCDCC", "DABC"),
        (PathTransform.EXPOSURE, "--A--", "-A-"),
        (PathTransform.FIRST, "--A--", "-A"),
        (PathTransform.FIRST, "", ""),
        (PathTransform.EXPOSURE, "", ""),
    ],
)
def test_transforms_reduce_by_channel(transform: PathTransform, given: str, expected: str) -> None:
    path = path_of(_path(given), until=None, parameters=PathParameters(transform=transform))
    assert _channels(path) == expected


@pytest.mark.parametrize("transform", [PathTransform.EXPOSURE, PathTransform.FIRST])
def test_of_touches_of_one_channel_the_first_stays(transform: PathTransform) -> None:
    path = path_of(_path("AAB"), until=None, parameters=PathParameters(transform=transform))
    assert [one.at // DAY_US for one in path] == [0, 2]


@pytest.mark.parametrize(
    ("given", "expected"), [("dAdBd", "AB"), ("ddd", "ddd"), ("d-", "-"), ("AB", "AB"), ("", "")]
)
def test_direct_touches_go_unless_there_are_no_others(given: str, expected: str) -> None:
    parameters = PathParameters(drop_direct=True, direct_channels=frozenset({"d"}))
    assert _channels(path_of(_path(given), until=None, parameters=parameters)) == expected


def test_direct_touches_are_dropped_before_runs_are_found_and_after_the_window_cut() -> None:
    parameters = PathParameters(
        drop_direct=True,
        direct_channels=frozenset({"d"}),
        transform=PathTransform.EXPOSURE,
        lookback_us=2 * DAY_US,
    )
    assert _channels(path_of(_path("AdA"), until=2 * DAY_US, parameters=parameters)) == "A"
    assert _channels(path_of(_path("Add"), until=2 * DAY_US + 1, parameters=parameters)) == "d"


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="lookback"):
        PathParameters(lookback_us=-1)
    with pytest.raises(msgspec.ValidationError, match="lookback"):
        msgspec.json.decode(b'{"lookback_us": -1}', type=PathParameters)
