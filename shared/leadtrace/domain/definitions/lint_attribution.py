"""Lint of the terms of attribution: days, shares and weights are such, and no share is given away twice."""

from collections.abc import Iterator, Sequence
from math import isfinite

from leadtrace.domain.definitions.attribution import MILESTONES, Attribution, CustomWeights, PathTerms
from leadtrace.domain.definitions.finding import Finding
from leadtrace.domain.definitions.lines import Path
from leadtrace.domain.definitions.lint_channels import channel_findings
from leadtrace.domain.definitions.lint_fraction import fraction_findings
from leadtrace.domain.definitions.lint_property import is_blank
from leadtrace.domain.definitions.ten_thousandths import ONE, Fraction, as_decimal, ten_thousandths

_ATTRIBUTION: Path = ("attribution",)
# Ten years; what lies further back is no cause of a win.
_MOST_DAYS = 3_650
_LARGEST_WEIGHT = 1_000
_LARGEST_ROAS = 1_000


def attribution_findings(terms: Attribution) -> Iterator[Finding]:
    """Every rule of `attribution` that does not hold."""
    if not 1 <= terms.lookback_days <= _MOST_DAYS:
        rule = f"{terms.lookback_days} is not within 1 and {_MOST_DAYS}"
        yield Finding(
            (*_ATTRIBUTION, "lookback_days"), rule, "write how many days before the win a touch may lie"
        )
    if not (isfinite(terms.half_life_days) and 0 < terms.half_life_days <= _MOST_DAYS):
        rule = f"{terms.half_life_days} is not above 0 and at most {_MOST_DAYS}"
        yield Finding((*_ATTRIBUTION, "half_life_days"), rule, "write days, or leave it out")
    yield from _path(terms.path)
    if terms.custom is not None:
        yield from _custom(terms.custom)
    if terms.roles is not None:
        yield from _roles(terms.roles)
    if terms.target_roas is not None:
        yield from _target(terms.target_roas)
    if terms.channels is not None:
        yield from channel_findings(terms.channels)


def _path(path: PathTerms) -> Iterator[Finding]:
    place: Path = (*_ATTRIBUTION, "path", "direct_channels")
    if not path.direct_channels:
        remedy = "list the channels of direct touches, or leave it out: direct_traffic, direct"
        yield Finding(place, "is empty", remedy)
    yield from _texts(place, path.direct_channels, "name a channel")


def _custom(weights: CustomWeights) -> Iterator[Finding]:
    place: Path = (*_ATTRIBUTION, "custom")
    broken = [one for name in MILESTONES for one in fraction_findings((*place, name), getattr(weights, name))]
    yield from broken
    if broken:
        return
    given = sum(ten_thousandths(getattr(weights, name)) for name in MILESTONES)
    if given > ONE:
        rule = f"its weights sum to {as_decimal(given):f}, which is more than 1"
        yield Finding(place, rule, "let them sum to 1 at most: what is left of 1 all other touches share")
    if not given:
        rule = "gives no weight to any of its touches"
        yield Finding(place, rule, f"give one to at least one of {', '.join(MILESTONES)}")


def _roles(roles: dict[str, int]) -> Iterator[Finding]:
    place: Path = (*_ATTRIBUTION, "roles")
    if not roles:
        yield Finding(place, "is empty", "name a role with its weight, or take it out: all count equally")
    yield from _texts(place, list(roles), "name a role as the CRM does")
    for role, weight in roles.items():
        if not 0 <= weight <= _LARGEST_WEIGHT:
            rule = f"{weight} is not within 0 and {_LARGEST_WEIGHT}"
            yield Finding((*place, role), rule, "write a whole number; a role that is not named counts 1")


def _texts(place: Path, texts: Sequence[str], remedy: str) -> Iterator[Finding]:
    """Texts that say nothing, or the same as one before, in whatever case of letters."""
    seen: set[str] = set()
    for text in texts:
        if is_blank(text):
            yield Finding(place, "holds an empty text", remedy)
        elif text.strip().casefold() in seen:
            yield Finding(place, f"{text!r} stands before already", "list each once, in any case of letters")
        seen.add(text.strip().casefold())


def _target(target: Fraction) -> Iterator[Finding]:
    place: Path = (*_ATTRIBUTION, "target_roas")
    remedy = "write revenue per unit of spend, such as 3.5, or leave it out"
    try:
        ten_thousandths(target)
    except ValueError as error:
        yield Finding(place, str(error), remedy)
        return
    if not 0 < target <= _LARGEST_ROAS:
        yield Finding(place, f"{target} is not above 0 and at most {_LARGEST_ROAS}", remedy)
