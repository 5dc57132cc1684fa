"""Days that were kept when there were fewer dimensions are read as of leads without keys in the others."""

from datetime import date

import msgspec

from leadtrace_api.projector.contribution import Basis, Measure
from leadtrace_api.projector.dimensions import DIMENSIONS, whole
from leadtrace_api.projector.kept import packed, unpacked

DAY = date(2026, 1, 5)
BEFORE = ("email", None, None, None, None, None, None, None, "anna", None)


def test_keys_of_before_are_completed() -> None:
    steps = [("inquiry", Measure.ENTERED.value, DAY.toordinal(), 1)]
    stored = msgspec.msgpack.encode([("later_event", (BEFORE, DAY.toordinal(), steps))])
    ((cause, made),) = unpacked(stored, 7)
    keys = whole(BEFORE)
    assert (cause, len(keys), keys[: len(BEFORE)]) == ("later_event", len(DIMENSIONS), BEFORE)
    assert set(keys[len(BEFORE) :]) == {None}
    assert made == [
        (((7, basis, DAY, "inquiry"), keys, Measure.ENTERED), 1) for basis in (Basis.COHORT, Basis.ACTIVITY)
    ]
    assert unpacked(packed([(cause, made)]), 7) == [(cause, made)]
