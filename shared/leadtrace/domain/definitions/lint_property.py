"""Lint of tests on properties: one operator each, and something to compare with."""

from collections.abc import Iterator
from math import isfinite

from leadtrace.domain.definitions.finding import Finding
from leadtrace.domain.definitions.lines import Path
from leadtrace.domain.definitions.property_test import PropertyTest


def property_name_findings(place: Path, name: str) -> Iterator[Finding]:
    """A property that is not named."""
    if not name.strip():
        yield Finding((*place, "property"), "is empty", "name a property of the lead")


def property_test_findings(place: Path, test: PropertyTest) -> Iterator[Finding]:
    """A test without exactly one operator, or with nothing to compare with."""
    given = [
        name
        for name, value in (
            ("in", test.any_of),
            ("equals", test.equals),
            ("at_least", test.at_least),
            ("prefix", test.prefix),
            ("suffix", test.suffix),
            ("has", test.has),
            ("known", test.known),
        )
        if value is not None
    ]
    if len(given) != 1:
        rule = f"has {len(given)} operators ({', '.join(given) or 'none'})"
        yield Finding(place, rule, "give exactly one of in, equals, at_least, prefix, suffix, has, known")
    lists = [one for one in (test.any_of, test.has) if one is not None]
    texts = [one for one in (test.equals, test.prefix, test.suffix) if one is not None]
    if any(map(is_blank, texts)) or any(not one or any(map(is_blank, one)) for one in lists):
        yield Finding((*place, given[0]), "is empty or holds an empty text", "write what to compare with")
    if any(";" in one for one in test.has or ()):
        remedy = "write what stands between the `;` of a value, each as an entry of its own"
        yield Finding((*place, "has"), "holds a `;`, at which values are split", remedy)
    if test.known is False:
        remedy = (
            "say what becomes of a missing value with `unknown` of the rule, or with a later route or rule"
        )
        yield Finding((*place, "known"), "may only be true", remedy)
    if test.at_least is not None and not isfinite(test.at_least):
        yield Finding((*place, "at_least"), "is not finite", "write a number")


def is_blank(text: str) -> bool:
    """Texts compare without outer blanks, so that a blank one would hold for everything."""
    return not text.strip()
