"""Leads scored by the shipped definitions: facts by the day, and the body that they amount to."""

from functools import cache
from pathlib import Path

import msgspec

from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.domain.scoring.extract import extract
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.events.catalogue import BY_DATA, Code
from leadtrace.events.lead import LeadUpdated
from leadtrace.events.snapshots import Contribution, LeadScore
from leadtrace.events.touchpoint import TouchpointRecorded

DAY_US = 86_400_000_000
START_US = 20_000 * DAY_US


@cache
def shipped() -> Definitions:
    """`definitions/v1.yaml`."""
    path = Path(__file__).parents[4] / "definitions" / "v1.yaml"
    return parse_definitions(path.read_bytes(), path.name)


@cache
def fold() -> ScoreFold:
    """The fold by the shipped definitions."""
    return ScoreFold(shipped())


def fact(data: msgspec.Struct, *, day: float = 0, number: int = 0) -> Fact:
    """The fact of an event `day` days after the start; `number` tells equal ones apart."""
    code = Code(BY_DATA[type(data)].code)
    at = START_US + round(day * DAY_US)
    key = f"{day}-{number}-{code}"
    return Fact(at, 100, "", "test", key, int(code), "contact/1", skewed=False, values=extract(code, data))


def known(day: float = 0, number: int = 0, /, **properties: str | None) -> Fact:
    """Properties of the lead become known, or None: unknown."""
    return fact(LeadUpdated(properties=properties), day=day, number=number)


def touch(day: float = 0, number: int = 0, /, **dimensions: str) -> Fact:
    """A touchpoint."""
    return fact(TouchpointRecorded(**dimensions), day=day, number=number)


def score(*facts: Fact) -> LeadScore:
    """The body of a lead with these facts."""
    state, _ = refold(fold(), facts)
    return fold().render(state, lead_id="lead")


def points(rows: tuple[Contribution, ...]) -> dict[str, int]:
    """Millipoints by rule, without those that add nothing."""
    return {row.rule: row.millipoints for row in rows if row.millipoints}
