"""Lint of the grouping of channels: each rule asks something, and names a channel as channels are written."""

from collections.abc import Iterator

from leadtrace.domain.definitions.attribution import DIMENSIONS, ChannelGroups, ChannelRule
from leadtrace.domain.definitions.finding import Finding, nearest
from leadtrace.domain.definitions.lines import Path
from leadtrace.domain.definitions.lint_property import is_blank, property_test_findings

_RULES: Path = ("attribution", "channels", "rules")


def channel_findings(groups: ChannelGroups) -> Iterator[Finding]:
    """Every rule of `channels` that does not hold."""
    if not groups.rules:
        yield Finding(
            _RULES, "is empty", "write a rule, or take `channels` out: the sender's word is kept then"
        )
    for index, rule in enumerate(groups.rules):
        yield from _rule((*_RULES, index), rule)
        above = next((n for n, one in enumerate(groups.rules[:index]) if one.when == rule.when), None)
        if above is not None and rule.when:
            said = f"is never asked: rule {above + 1} asks the same"
            yield Finding((*_RULES, index), said, "take one of the two out")


def _rule(place: Path, rule: ChannelRule) -> Iterator[Finding]:
    if is_blank(rule.channel):
        yield Finding((*place, "channel"), "is empty", "name the channel")
    elif rule.channel != rule.channel.strip().lower():
        remedy = f"write {rule.channel.strip().lower()}: channels are in lower case"
        yield Finding((*place, "channel"), f"{rule.channel!r} is not in lower case", remedy)
    if not rule.when:
        remedy = f"ask at least one of {', '.join(DIMENSIONS)}"
        yield Finding((*place, "when"), "is empty: it would take every touch", remedy)
    for number, test in enumerate(rule.when):
        asked: Path = (*place, "when", number)
        if test.dimension not in DIMENSIONS:
            said = f"{test.dimension!r} is nothing that a touch says"
            yield Finding((*asked, "dimension"), said, nearest(test.dimension, DIMENSIONS))
        yield from property_test_findings(asked, test)
