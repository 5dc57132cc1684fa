"""Why a lead is on the list, in facts: since when, what it did, who it is, how long there is."""

from collections.abc import Iterable, Sequence

from leadtrace.domain.scoring.account import AccountPoints
from leadtrace.events.snapshots import Contribution, LeadScore

_MOST = 3
_SECOND_US = 1_000_000
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400
# Below two days hours say more than days do.
_IN_HOURS_UNTIL_S = 2 * _DAY_S


def reason(
    score: LeadScore | None,
    *,
    band_for_s: float | None,
    at_least: bool,
    left_s: float | None,
    colleagues: str | None = None,
) -> str:
    """The sentence; `band_for_s` is how long the band has held, `at_least` so if its begin is kept no longer.

    Of the rules that add points the three that add most are told, what was done before who it is.
    `colleagues` is the sentence about its account, where that adds points.
    """
    if score is None:
        return "Not scored yet."
    said = score.band.capitalize()
    if band_for_s is not None:
        said += f" for {'at least ' if at_least else ''}{span(band_for_s)}"
    told = _told(score.intent_contributions, score.fit_contributions)
    others = [colleagues] if colleagues is not None else []
    return " ".join([f"{said}: {told}." if told else f"{said}.", *others, *_clock(left_s)])


def colleagues(name: str, added: AccountPoints, at: int) -> str | None:
    """Who of an account was active before a moment (µs), as a sentence; None if the account adds nothing."""
    if not added.millipoints:
        return None
    counted = len(added.parts)
    people = f"More than {counted} people" if added.untold else _people(counted)
    last = (at - added.parts[0].person.touched_at) / _SECOND_US
    return f"{people} of {name} {'was' if counted == 1 else 'were'} active, last {span(last)} ago."


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def span(seconds: float) -> str:
    """A length of time in the largest unit that says enough."""
    if seconds < _HOUR_S:
        return f"{int(seconds // _MINUTE_S)} min"
    if seconds < _IN_HOURS_UNTIL_S:
        return f"{int(seconds // _HOUR_S)} h"
    return f"{int(seconds // _DAY_S)} days"


def _told(intent: Sequence[Contribution], fit: Sequence[Contribution]) -> str:
    largest = sorted(_adding((*intent, *fit)), key=lambda one: -one.millipoints)[:_MOST]
    groups = ([one.because for one in largest if one in group] for group in (intent, fit))
    return "; ".join(", ".join(dict.fromkeys(group)) for group in groups if group)


def _adding(contributions: Iterable[Contribution]) -> list[Contribution]:
    return [one for one in contributions if one.millipoints > 0 and one.because]


def _clock(left_s: float | None) -> list[str]:
    if left_s is None:
        return []
    if left_s < 0:
        return [f"Contact was due {span(-left_s)} ago."]
    return [f"{span(left_s)} left to make contact."]
