"""Tests on property values and touchpoints, prepared once so that judging is a few look-ups."""

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from leadtrace.domain.definitions.model import TouchTest
from leadtrace.domain.definitions.property_test import PropertyTest
from leadtrace.domain.fact import Value
from leadtrace.events.touchpoint import TouchpointRecorded

Holds: TypeAlias = Callable[[str], bool]
Texts: TypeAlias = tuple[str, ...]

_DIMENSIONS = TouchpointRecorded.__struct_fields__
_PAGE = _DIMENSIONS.index("page")
SIGNAL = _DIMENSIONS.index("signal")


def folded(text: str) -> str:
    """How texts compare: without regard to case and outer blanks."""
    return text.strip().casefold()


def property_condition(test: PropertyTest) -> Holds:
    """Whether a known value, folded already, passes the one operator of `test`."""
    if test.any_of is not None:
        return frozenset(map(folded, test.any_of)).__contains__
    if test.has is not None:
        return _has(frozenset(map(folded, test.has)))
    if test.at_least is not None:
        return _at_least(Decimal(repr(test.at_least)))
    return _text_condition(test)


def _text_condition(test: PropertyTest) -> Holds:
    if test.equals is not None:
        return folded(test.equals).__eq__
    if test.prefix is not None:
        start = folded(test.prefix)
        return lambda value: value.startswith(start)
    if test.suffix is not None:
        end = folded(test.suffix)
        return lambda value: value.endswith(end)
    return lambda _: True


def _has(wanted: frozenset[str]) -> Holds:
    return lambda value: not wanted.isdisjoint(map(str.strip, value.split(";")))


def _at_least(bound: Decimal) -> Holds:
    def holds(value: str) -> bool:
        try:
            number = Decimal(value)
        except InvalidOperation:
            return False
        return number.is_finite() and number >= bound

    return holds


class TouchCondition:
    """A prepared `TouchTest`: accepted texts by place in the fact's values, and accepted page starts."""

    __slots__ = ("_accepted", "_pages", "signals")

    def __init__(self, test: TouchTest) -> None:
        given = [(place, getattr(test, name)) for place, name in enumerate(_DIMENSIONS) if name != "page"]
        self._accepted = tuple(
            (place, frozenset(map(folded, texts)))
            for place, texts in given
            if texts is not None and place != SIGNAL
        )
        self._pages = tuple(map(folded, test.page_prefix)) if test.page_prefix is not None else ()
        self.signals = tuple(map(folded, test.signal)) if test.signal is not None else None

    def holds(self, touch: Texts) -> bool:
        """Whether folded dimensions pass; the signal itself is looked up before."""
        for place, accepted in self._accepted:
            if touch[place] not in accepted:
                return False
        return not self._pages or touch[_PAGE].startswith(self._pages)


def folded_touch(values: Sequence[Value]) -> Texts:
    """The dimensions of a touchpoint fact as they compare; a missing one is the empty text."""
    texts = [value.strip().casefold() if isinstance(value, str) else "" for value in values]
    texts += [""] * (len(_DIMENSIONS) - len(texts))
    texts[_PAGE] = page_path(texts[_PAGE])
    return tuple(texts)


def page_path(page: str) -> str:
    """What a page counts as: of a full address its path, so that one rule fits every host of the company."""
    host_at = page.find("://")
    if host_at < 0:
        return page
    _, slash, path = page[host_at + 3 :].partition("/")
    return slash + path if slash else "/"
