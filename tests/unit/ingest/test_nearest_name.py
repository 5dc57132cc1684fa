"""The name that may have been meant."""

import time

import pytest

from leadtrace_ingest.senders.events.nearest import Names
from leadtrace_ingest.senders.events.strict import TYPES

NAMES = Names(["properties", "personal", "acquisition"])


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("property", "properties"),
        ("Properties", "properties"),
        ("acquisitions", "acquisition"),
        ("acquisition_", "acquisition"),
        ("personal_data", "personal"),
    ],
)
def test_a_slip_is_answered_with_the_right_name(given: str, meant: str) -> None:
    assert NAMES.did_you_mean(given) == f"Did you mean {meant}?"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("io.leadtrace.lead.stagechanged.v1", "lead.stage_changed"),
        ("io.leadtrace.lead.captured", "lead.captured"),
        ("io.leadtrace.lead.capture.v1", "lead.captured"),
        ("leadtrace.deal.won.v1", "deal.won"),
        ("io.leadtrace.deal.won.v2", "deal.won"),
    ],
)
def test_a_type_that_is_almost_right(given: str, meant: str) -> None:
    assert TYPES.did_you_mean(given) == f"Did you mean io.leadtrace.{meant}.v1?"


@pytest.mark.parametrize("given", ["", "x", "\x00", "😀" * 300])
def test_without_a_near_one_all_are_named(given: str) -> None:
    assert NAMES.did_you_mean(given) == "Known are: acquisition, personal, properties."


def test_a_batch_of_wrong_types_does_not_hold_up_the_door() -> None:
    started = time.process_time()
    for number in range(5_000):
        TYPES.did_you_mean(f"io.leadtrace.{number}.stagechanged.v1")
    assert time.process_time() - started < 2
