"""The fold of a deal's events: how it stands, what it is worth, whose it is."""

from collections.abc import Callable
from typing import cast

from leadtrace.domain.attribution.deal_state import DealState, Link, Money
from leadtrace.domain.attribution.presence import note_deletion, note_record, note_restoration
from leadtrace.domain.attribution.recorded import MARKS
from leadtrace.domain.calendar import UTC_DAYS, Days
from leadtrace.domain.fact import Fact
from leadtrace.events.catalogue import Code
from leadtrace.events.money import MoneyKind
from leadtrace.events.snapshots import DealStatus

_CODE_VERSION = 5
# Refunds and revenue of one deal beyond this are a sender gone wild; a body has to stay below 256 KiB.
MONEY_LIMIT = 500


class DealFold:
    """Attribution's view of a deal's set."""

    def __init__(self, days: Days = UTC_DAYS) -> None:
        self._days = days
        self.version = days.version(_CODE_VERSION)

    def initial(self) -> DealState:
        """A deal of which nothing is known."""
        return DealState()

    def reads(self, fact: Fact) -> bool:
        """Whether a fact can change anything."""
        return fact.code in _STEPS or fact.code in MARKS

    def pass_over(self, state: DealState, fact: Fact) -> None:
        """Count when a fact was recorded."""
        if self.reads(fact):
            state.recorded.take(fact, self._days)

    def step(self, state: DealState, fact: Fact) -> None:
        """Take the next fact in folding order; a type that is not read changes nothing."""
        self.pass_over(state, fact)
        take = _STEPS.get(fact.code)
        if take is None:
            return
        state.latest_at = fact.at
        if state.first_at is None:
            state.first_at = state.unlinked_since = fact.at
        if fact.skewed:
            state.skewed = True
        note_record(state.records, fact)
        take(state, fact)


def _take_creation(state: DealState, fact: Fact) -> None:
    if state.created_at is None:
        state.created_at = fact.at


def _take_update(state: DealState, fact: Fact) -> None:
    if not fact.values:
        return
    amount, currency, default_currency = cast("tuple[str | None, str | None, str | None]", fact.values)
    if amount is not None:
        state.amount = amount or None
    if currency is not None:
        state.currency = currency or None
    if default_currency is not None:
        state.default_currency = default_currency or None


def _take_stage(state: DealState, fact: Fact) -> None:
    claimed, *asserted = cast("tuple[str, *tuple[int, ...]]", fact.values)
    if asserted:
        # A record that was read as open reopens nothing, and gives its words only where no change gave any.
        if state.status == DealStatus.OPEN and not state.stage_seen:
            state.stage = claimed
        return
    _leave_win(state, DealStatus.OPEN)
    state.status, state.stage = DealStatus.OPEN, claimed
    state.closed_at = state.reason = None
    state.status_seen = state.stage_seen = True


def _take_win(state: DealState, fact: Fact) -> None:
    claimed, *asserted = cast("tuple[str, *tuple[int, ...]]", fact.values)
    _end(state, DealStatus.WON, fact.at, (claimed, None), seen=not asserted)


def _take_loss(state: DealState, fact: Fact) -> None:
    claimed, reason, *asserted = cast("tuple[str, str | None, *tuple[int, ...]]", fact.values)
    _end(state, DealStatus.LOST, fact.at, (claimed, reason), seen=not asserted)


def _end(state: DealState, status: DealStatus, at: int, words: tuple[str, str | None], *, seen: bool) -> None:
    if not seen and not _adds(state, status):
        return
    # Saying again how a deal ended does not end it later, unless only a record had said it before.
    if state.status != status or (seen and not state.status_seen):
        _leave_win(state, status)
        state.status, state.closed_at = status, at
    state.stage, state.reason = words
    state.status_seen = state.stage_seen = seen
    if seen and status not in state.ends_seen:
        state.ends_seen.append(status)


def _leave_win(state: DealState, status: DealStatus) -> None:
    """A win that is undone takes its refunds along: the next one is other money."""
    if status == DealStatus.WON:
        state.was_won = True
    elif state.status == DealStatus.WON:
        state.money = [one for one in state.money if one.kind != MoneyKind.REFUND]


def _take_refund(state: DealState, fact: Fact) -> None:
    # Facts that were kept before refunds were read hold no values: a rebuild reads their events again.
    if not fact.values:
        return
    if state.was_won and state.status != DealStatus.WON:
        state.refunds_void = True
        return
    amount, currency = cast("tuple[str | None, str | None]", fact.values)
    _keep(state, Money(fact.at, MoneyKind.REFUND.value, amount, currency))


def _take_revenue(state: DealState, fact: Fact) -> None:
    if fact.values:
        kind, amount, currency = cast("tuple[str, str, str]", fact.values)
        _keep(state, Money(fact.at, kind, amount, currency))


def _keep(state: DealState, money: Money) -> None:
    if len(state.money) < MONEY_LIMIT:
        state.money.append(money)
    else:
        state.money_truncated = True


def _adds(state: DealState, status: DealStatus) -> bool:
    """Whether the assertion of an end says what no change has said; of two asserted ends the win stays."""
    if status == state.status or status in state.ends_seen:
        return False
    if state.status == DealStatus.OPEN:
        return True
    return status == DealStatus.WON and not state.status_seen


def _take_deletion(state: DealState, fact: Fact) -> None:
    note_deletion(state.records, fact)


def _take_restoration(state: DealState, fact: Fact) -> None:
    note_restoration(state.records, fact)


def _take_link(state: DealState, fact: Fact) -> None:
    source, subject, lead_id, bindingrev, role, primary = cast(
        "tuple[str, str, str, int, str | None, int]", fact.values
    )
    link = _bind(state, (source, subject), lead_id, bindingrev)
    link.linked, link.role, link.primary = True, role, bool(primary)
    state.unlinked_since = None


def _take_unlink(state: DealState, fact: Fact) -> None:
    source, subject, lead_id, bindingrev = cast("tuple[str, str, str, int]", fact.values)
    link = _bind(state, (source, subject), lead_id, bindingrev)
    link.linked, link.role, link.primary = False, None, False
    if state.unlinked_since is None and not any(one.linked for one in state.links.values()):
        state.unlinked_since = fact.at


def _bind(state: DealState, subject: tuple[str, str], lead_id: str, bindingrev: int) -> Link:
    """The subject's link, on the lead that the highest binding names."""
    link = state.links.get(subject)
    if link is None:
        link = state.links[subject] = Link(lead_id, bindingrev, linked=False)
    elif bindingrev >= link.bindingrev:
        link.lead_id, link.bindingrev = lead_id, bindingrev
    return link


_STEPS: dict[int, Callable[[DealState, Fact], None]] = {
    Code.DEAL_CREATED: _take_creation,
    Code.DEAL_UPDATED: _take_update,
    Code.DEAL_STAGE_CHANGED: _take_stage,
    Code.DEAL_WON: _take_win,
    Code.DEAL_LOST: _take_loss,
    Code.DEAL_REOPENED: _take_stage,
    Code.DEAL_DELETED: _take_deletion,
    Code.DEAL_RESTORED: _take_restoration,
    Code.DEAL_LINKED: _take_link,
    Code.DEAL_UNLINKED: _take_unlink,
    Code.DEAL_REFUNDED: _take_refund,
    Code.REVENUE_RECORDED: _take_revenue,
}
