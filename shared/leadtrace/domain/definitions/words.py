"""What the parts of definitions say, in words that both teams read."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from leadtrace.domain.definitions.bounds import ACTIVE_HALF_LIVES
from leadtrace.domain.definitions.model import (
    AccountRule,
    Clause,
    Disqualifier,
    Signal,
    SignalGroup,
    Threshold,
    TouchTest,
)
from leadtrace.domain.definitions.property_test import PropertyTest


def plain(number: float) -> str:
    """A number as people write it: no exponent, no empty digits behind the point."""
    text = f"{Decimal(repr(number)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted(number: float, unit: str) -> str:
    """A number with its unit, one or many."""
    return f"{plain(number)} {unit}{'' if number == 1 else 's'}"


def points_words(points: float) -> str:
    """Points with their unit."""
    return counted(points, "point")


def property_words(name: str, test: PropertyTest) -> str:
    """A test on a property as a sentence."""
    for values, said, between in ((test.any_of, "is one of", ", "), (test.has, "holds", " or ")):
        if values is not None:
            return f"{name} {said} {between.join(values)}"
    for text, said in ((test.equals, "is"), (test.prefix, "begins with"), (test.suffix, "ends with")):
        if text is not None:
            return f"{name} {said} {text}"
    return f"{name} is known" if test.at_least is None else f"{name} is at least {plain(test.at_least)}"


def otherwise_words(name: str) -> str:
    """What holds of a property where none of a rule's tests does."""
    return f"{name} is something else"


def unknown_words(name: str) -> str:
    """What holds of a property that has no value."""
    return f"{name} is not known"


def disqualifier_name(disqualifier: Disqualifier) -> str:
    """What verdicts and contributions call a disqualifier."""
    return f"disqualifier:{disqualifier.id}"


def clause_test(clause: Clause) -> tuple[str, str | float]:
    """The one test of a clause that passed the lint: its key and its value."""
    return next(
        (key, str(value) if isinstance(value, str) else float(value))
        for key in clause.__struct_fields__
        if key != "id" and (value := getattr(clause, key)) is not None
    )


def clause_words(clause: Clause) -> str:
    """A clause that passed the lint, as a sentence that holds or does not."""
    key, value = clause_test(clause)
    if isinstance(value, str):
        return _TEXT_CLAUSES[key].format(value=_ABOVE.get(value, value) if key == "band_at_least" else value)
    if key == "touches_at_least":
        return f"there {'is' if value == 1 else 'are'} at least {_touchpoints(value)}"
    return f"{_COUNTED[key]} at least {points_words(value)}"


_ABOVE = {"warm": "warm or hot"}
_TEXT_CLAUSES = {
    "band_at_least": "the band is {value}",
    "known": "{value} is known",
    "reached": "the CRM has said {value} or a later stage",
    "qualified": "everything that {value} requires holds",
}
_COUNTED = {
    "score_at_least": "the score, fit plus intent, is",
    "fit_at_least": "fit is",
    "intent_at_least": "intent is",
}


def _touchpoints(number: float) -> str:
    return counted(number, "touchpoint")


def touch_words(test: TouchTest) -> str:
    """Which touchpoints show a signal."""
    return " and ".join(_given(test))


def _given(test: TouchTest) -> Iterator[str]:
    for key in test.__struct_fields__:
        texts = getattr(test, key)
        if texts is not None:
            said = "page begins with" if key == "page_prefix" else f"{key} is"
            yield f"{said} {_either(texts)}"


def _either(texts: Sequence[str]) -> str:
    *before, last = texts
    return f"{', '.join(before)} or {last}" if before else last


def signal_words(signal: Signal, groups: Sequence[SignalGroup]) -> str:
    """What a signal adds, for how long and up to what bounds."""
    said = [f"{points_words(signal.points)}, half as much after {_days(signal.half_life_days)}"]
    if signal.once_only:
        said.append("the first touchpoint alone counts")
    if signal.cap is not None:
        said.append(f"never more than {plain(signal.cap)}")
    said += [
        f"never more than {plain(group.cap)} with others of {group.id}"
        for group in groups
        if group.id == signal.group
    ]
    return "; ".join(said)


def account_words(rule: AccountRule) -> str:
    """What several people of one account add, from how many on, for how long and up to what bound."""
    none_after = _days(ACTIVE_HALF_LIVES * rule.half_life_days)
    return (
        f"{points_words(rule.points_per_person)} for each active lead of the same {rule.property}, "
        f"half as much after {_days(rule.half_life_days)} and none after {none_after}; "
        f"from {rule.people_at_least} of them on; never more than {plain(rule.cap)}; added when read"
    )


def _days(days: float) -> str:
    return counted(days, "day")


def contact_words(hours: float) -> str:
    """How soon a lead is contacted."""
    return f"contacted within {counted(hours, 'hour')} of entering the band"


def threshold_words(threshold: Threshold) -> str:
    """When a band is entered and left."""
    return f"from {points_words(threshold.enter_at)} on, until below {plain(threshold.leave_below)}"
