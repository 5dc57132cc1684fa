"""What the channel of a touch is called: by the first rule that holds, else by the word of its sender."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from leadtrace.domain.definitions.attribution import DIMENSIONS, ChannelGroups, ChannelTest
from leadtrace.domain.scoring.conditions import Holds, folded, property_condition

# What a touch says of itself, in the order of DIMENSIONS; what is missing at the end is not known.
Dimensions: TypeAlias = tuple[str | None, ...]
ChannelOf: TypeAlias = Callable[[Dimensions], str | None]

_CHANNEL = DIMENSIONS.index("channel")
# A campaign or two for each day of many years; what is asked again is mostly new.
_REMEMBERED = 16_384


@dataclass(frozen=True, slots=True)
class GroupRule:
    """A channel, and the tests that all hold for its touches, each by the place of what it asks."""

    channel: str
    tests: tuple[tuple[int, Holds], ...]


def group_rules(groups: ChannelGroups | None) -> tuple[GroupRule, ...]:
    """The rules prepared to be asked; none where there is no grouping."""
    return tuple(
        GroupRule(rule.channel, tuple(map(_test, rule.when)))
        for rule in (() if groups is None else groups.rules)
    )


def group_channel(rules: Sequence[GroupRule], dimensions: Dimensions) -> str | None:
    """The channel by the first rule of which every test holds; else the one that the sender named, if any.

    Texts compare without regard to case and outer blanks; what is not known passes no test.
    """
    texts = [folded(text) if text is not None else "" for text in dimensions]
    said = len(texts)
    for rule in rules:
        if all(place < said and texts[place] and holds(texts[place]) for place, holds in rule.tests):
            return rule.channel
    return dimensions[_CHANNEL]


def channel_by(rules: Sequence[GroupRule]) -> ChannelOf:
    """`group_channel` by these rules, which remembers what it said: most touches say what others said.

    What no rule asks is cut off at the end: a thousand contents are one question where none asks for it.
    """
    if not rules:
        return senders_word
    reach = max((place for rule in rules for place, _ in rule.tests), default=_CHANNEL) + 1

    @lru_cache(maxsize=_REMEMBERED)
    def remembered(asked: Dimensions) -> str | None:
        return group_channel(rules, asked)

    return lambda dimensions: remembered(dimensions[:reach])


def senders_word(dimensions: Dimensions) -> str | None:
    """The channel as the sender named it."""
    return dimensions[_CHANNEL]


def _test(test: ChannelTest) -> tuple[int, Holds]:
    return DIMENSIONS.index(test.dimension), property_condition(test)
