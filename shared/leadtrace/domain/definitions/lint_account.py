"""Lint of the account rule: it names a property, asks for people, and never takes points away."""

from collections.abc import Iterator

from leadtrace.domain.definitions.bounds import ACCOUNT_PEOPLE
from leadtrace.domain.definitions.finding import Finding
from leadtrace.domain.definitions.lines import Path
from leadtrace.domain.definitions.millipoints import millipoints
from leadtrace.domain.definitions.model import AccountRule

_ACCOUNT: Path = ("scorecard", "account")


def account_findings(rule: AccountRule | None) -> Iterator[Finding]:
    """Every number that is none, a property that is not named, a cap that cuts the first person."""
    if rule is None:
        return
    if not rule.property.strip():
        yield Finding(
            (*_ACCOUNT, "property"), "is empty", "name the property that people of one account share"
        )
    if not 1 <= rule.people_at_least <= ACCOUNT_PEOPLE:
        said = f"{rule.people_at_least} is not within 1 and {ACCOUNT_PEOPLE}"
        yield Finding(
            (*_ACCOUNT, "people_at_least"), said, "say from how many active people on points are added"
        )
    for key in ("points_per_person", "half_life_days", "cap"):
        yield from _above_zero(key, getattr(rule, key))
    if rule.cap < rule.points_per_person:
        remedy = "let an account add at least what one person brings"
        yield Finding((*_ACCOUNT, "cap"), "is below points_per_person", remedy)


def _above_zero(key: str, points: float) -> Iterator[Finding]:
    if points <= 0:
        yield Finding((*_ACCOUNT, key), f"{points} is not above 0", "write a number above 0")
        return
    try:
        millipoints(points)
    except ValueError as error:
        yield Finding((*_ACCOUNT, key), str(error), "write such a number")
