"""Intent: accounts that touchpoints add to, read at any moment with their decay and caps.

A cap of the day cuts a touch when it comes and decays with it; caps of a signal and then of its group cut
what is left at the moment of reading. Each is a contribution of its own.
"""

from typing import NamedTuple

from leadtrace.domain.fact import Value
from leadtrace.domain.scoring.card import DAY_US, PreparedCard, PreparedSignal
from leadtrace.domain.scoring.decay import amount_of, decayed, rounded
from leadtrace.domain.scoring.state import Account, ScoreState
from leadtrace.events.snapshots import Contribution

_WIDTH = 16


class Reading(NamedTuple):
    """What one signal adds at a moment, in millipoints: `net` is `gained` less what each cap takes off."""

    signal: PreparedSignal
    gained: int
    over_day: int
    over_cap: int
    net: int


def add_touch(card: PreparedCard, state: ScoreState, at: int, touch: tuple[Value, ...]) -> None:
    """Book a touchpoint on the account of every signal that it shows."""
    for signal in card.shown(touch):
        account = state.accounts.get(signal.index)
        if account is not None and signal.once_only:
            continue
        over_day = _over_day(card, state, at, signal.points)
        state.accounts[signal.index] = _booked(account, at, signal, over_day)


def _over_day(card: PreparedCard, state: ScoreState, at: int, points: int) -> int:
    """What the cap of the day takes off a touch of `points`; takes note of the rest."""
    if card.cap_per_day is None or points <= 0:
        return 0
    day = at // DAY_US
    if day != state.day:
        state.day, state.day_points = day, 0
    counted = min(points, card.cap_per_day - state.day_points)
    state.day_points += counted
    return points - counted


def _booked(account: Account | None, at: int, signal: PreparedSignal, over_day: int) -> Account:
    gained, over = amount_of(signal.points), amount_of(over_day)
    if account is not None:
        elapsed = at - account.at
        gained += decayed(_amount(account.gained), elapsed, signal.half_life_us)
        if account.over_day:
            over += decayed(_amount(account.over_day), elapsed, signal.half_life_us)
    return Account(at, _stored(gained), _stored(over) if over else b"")


def _amount(stored: bytes) -> int:
    return int.from_bytes(stored, "big", signed=True)


def _stored(amount: int) -> bytes:
    return amount.to_bytes(_WIDTH, "big", signed=True)


def readings(card: PreparedCard, accounts: dict[int, Account], at: int) -> list[Reading]:
    """What each signal with an account adds at `at` (µs, not before any account's own)."""
    found = []
    for index, account in accounts.items():
        signal = card.signals[index]
        elapsed = at - account.at
        gained = rounded(decayed(_amount(account.gained), elapsed, signal.half_life_us))
        over_day = 0
        if account.over_day:
            over_day = rounded(decayed(_amount(account.over_day), elapsed, signal.half_life_us))
        net = gained - over_day
        over_cap = 0
        if signal.cap is not None and net > signal.cap:
            net, over_cap = signal.cap, net - signal.cap
        found.append(Reading(signal, gained, over_day, over_cap, net))
    return found


def _over_groups(card: PreparedCard, found: list[Reading]) -> list[int]:
    """What the cap of each group takes off."""
    sums = [0] * len(card.groups)
    for reading in found:
        if reading.signal.group >= 0:
            sums[reading.signal.group] += reading.net
    return [max(0, total - cap) for total, (_, cap) in zip(sums, card.groups, strict=True)]


def intent_of(card: PreparedCard, accounts: dict[int, Account], at: int) -> int:
    """Intent at `at` in millipoints: the sum of `intent_contributions`."""
    found = readings(card, accounts, at)
    return sum([reading.net for reading in found]) - sum(_over_groups(card, found))


def intent_contributions(card: PreparedCard, accounts: dict[int, Account], at: int) -> list[Contribution]:
    """Why intent is what it is: signals in the order of the file, each followed by its caps, then groups."""
    found = readings(card, accounts, at)
    rows: list[Contribution] = []
    for signal, gained, over_day, over_cap, _ in sorted(found, key=lambda reading: reading.signal.index):
        if gained:
            rows.append(Contribution(signal.name, gained, signal.because))
        if over_day:
            rows.append(Contribution(f"cap:day:{signal.name}", -over_day, "more than one day may add"))
        if over_cap:
            rows.append(Contribution(f"cap:{signal.name}", -over_cap, "more than this signal may add"))
    for (name, _), over in zip(card.groups, _over_groups(card, found), strict=True):
        if over:
            rows.append(Contribution(f"cap:group:{name}", -over, "more than this group may add"))
    return rows
