"""Intent: accounts that touchpoints add to, read at any moment with their decay and caps.

A cap of the day cuts a touch when it comes and decays with it; caps of a signal and then of its group cut
what is left at the moment of reading. Each is a contribution of its own.
"""

from typing import NamedTuple

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.fact import Value
from leadtrace.domain.scoring.card import PreparedCard, PreparedSignal
from leadtrace.domain.scoring.decay import NOTHING, added, remaining
from leadtrace.domain.scoring.state import Account, ScoreState
from leadtrace.events.snapshots import Contribution


def add_touch(card: PreparedCard, state: ScoreState, at: int, touch: tuple[Value, ...]) -> None:
    """Book a touchpoint on the account of every signal that it shows."""
    for signal in card.shown(touch):
        account = state.accounts.get(signal.index)
        if account is None:
            account = Account(at, NOTHING, NOTHING)
            state.accounts[signal.index] = account
        elif signal.once_only:
            continue
        over_day = _over_day(card, state, at, signal.points)
        elapsed, half_life = at - account.at, signal.half_life_us
        account.gained = added(account.gained, abs(signal.points), elapsed, half_life)
        if over_day or account.over_day:
            account.over_day = added(account.over_day, over_day, elapsed, half_life)
        account.at = at


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


def _read(signal: PreparedSignal, account: Account, at: int) -> tuple[int, int, int]:
    """What a signal adds at `at`, and what the caps of the day and of the signal take off, in millipoints."""
    elapsed, half_life = at - account.at, signal.half_life_us
    gained = remaining(account.gained, elapsed, half_life)
    if signal.points < 0:
        return -gained, 0, 0
    over_day = remaining(account.over_day, elapsed, half_life) if account.over_day else 0
    if signal.cap is not None and gained - over_day > signal.cap:
        return gained, over_day, gained - over_day - signal.cap
    return gained, over_day, 0


def _over_group(total: int, cap: int) -> int:
    return total - cap if total > cap else 0


def intent_of(card: PreparedCard, accounts: dict[int, Account], at: int, losses_at: int | None = None) -> int:
    """Intent at `at` (µs, not before the latest touch) in millipoints: the sum of `intent_contributions`.

    With `losses_at` what signals take off is read at that moment instead, which bounds intent in between.
    """
    losses_at = at if losses_at is None else losses_at
    total = 0
    groups = [0] * len(card.groups)
    for index, account in accounts.items():
        signal = card.signals[index]
        moment = at if signal.points >= 0 else losses_at
        gained, over_day, over_cap = _read(signal, account, moment)
        net = gained - over_day - over_cap
        total += net
        if signal.group is not None:
            groups[signal.group] += net
    for place, (_, cap) in enumerate(card.groups):
        total -= _over_group(groups[place], cap)
    return total


class Fading(NamedTuple):
    """Intent at a moment as what signals add and take off (millipoints), and how fast each halves then.

    The half-lives (µs) are means weighted by what each signal brings. A sum of exponentials falls ever more
    slowly, and what a cap holds back too: from that moment on neither falls faster than its half-life says.
    """

    gains: int
    losses: int
    gains_half_us: float
    losses_half_us: float

    @property
    def intent(self) -> int:
        """The sum of `intent_contributions`."""
        return self.gains - self.losses


def fading_of(card: PreparedCard, accounts: dict[int, Account], at: int) -> Fading:
    """Intent at `at` (µs, not before the latest touch), with how it fades."""
    gains = losses = 0
    rate = losses_rate = 0.0
    groups = [0] * len(card.groups)
    rates = [0.0] * len(card.groups)
    for index, account in accounts.items():
        signal = card.signals[index]
        gained, over_day, over_cap = _read(signal, account, at)
        if signal.points < 0:
            losses -= gained
            losses_rate -= gained / signal.half_life_us
            continue
        net = gained - over_day - over_cap
        if signal.group is None:
            gains += net
            rate += net / signal.half_life_us
        else:
            groups[signal.group] += net
            rates[signal.group] += net / signal.half_life_us
    for place, (_, cap) in enumerate(card.groups):
        total = groups[place]
        held = total - _over_group(total, cap)
        gains += held
        if total > 0:
            rate += rates[place] * held / total
    return Fading(gains, losses, _half_life(gains, rate), _half_life(losses, losses_rate))


def _half_life(amount: int, rate: float) -> float:
    return amount / rate if rate > 0.0 else float(DAY_US)


def intent_contributions(card: PreparedCard, accounts: dict[int, Account], at: int) -> list[Contribution]:
    """Why intent is what it is: signals in the order of the file, each followed by its caps, then groups."""
    rows: list[Contribution] = []
    groups = [0] * len(card.groups)
    for index in sorted(accounts):
        signal = card.signals[index]
        gained, over_day, over_cap = _read(signal, accounts[index], at)
        if signal.group is not None:
            groups[signal.group] += gained - over_day - over_cap
        if gained:
            rows.append(Contribution(signal.name, gained, signal.because))
        if over_day:
            rows.append(Contribution(f"cap:day:{signal.name}", -over_day, "more than one day may add"))
        if over_cap:
            rows.append(Contribution(f"cap:{signal.name}", -over_cap, "more than this signal may add"))
    for place, (name, cap) in enumerate(card.groups):
        over = _over_group(groups[place], cap)
        if over:
            rows.append(Contribution(f"cap:group:{name}", -over, "more than this group may add"))
    return rows
