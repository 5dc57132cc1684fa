"""The walk of a lead through hands: one happening after the other, each a move from one account to another.

What an event says outright (`handover.*`) counts as it is said; what a stage implies counts where nothing was
said: a stage beyond the handover is an acceptance, one off the ladder or below it gives the lead back.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from leadtrace.domain.custody.hand import Hand
from leadtrace.domain.custody.happenings import Happening
from leadtrace.domain.custody.terms import Terms, TermsAt
from leadtrace.domain.stages import ORDER
from leadtrace.events.catalogue import Code
from leadtrace.events.custody import Account, Answer, Ending, Holding, OpenedBy
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import Transition

_OFF_LADDER = {
    Stage.LOST: (Account.LOST, Ending.LOST),
    Stage.DISQUALIFIED: (Account.DISQUALIFIED, Ending.DISQUALIFIED),
    Stage.RECYCLED: (Account.RECYCLED, Ending.RECYCLED),
}
_GIVEN_BACK = (Ending.RETURNED, Ending.RECYCLED, Ending.LOST, Ending.DISQUALIFIED)
_BACKWARD = "backward"
_UNSOLD = (Account.MARKETING, Account.RECYCLED)
_WORKED_ON = frozenset({Account.SALES, Account.PARTNER})
_HANDED_OVER = _WORKED_ON | {Account.IN_TRANSIT}


@dataclass(slots=True)
class Party:
    """Team, owner and partner; a team that is a partner's names the partner."""

    team: str | None = None
    owner: str | None = None
    partner: str | None = None

    @property
    def account(self) -> Account:
        """Whose hands these are."""
        return Account.PARTNER if self.partner else Account.SALES

    def name(self, terms: Terms, team: str | None, owner: str | None, partner: str | None = None) -> None:
        """Say whose they are; what is not said stays."""
        self.owner = owner or self.owner
        self.partner = partner or self.partner
        if team is not None:
            self.team = team
            self.partner = partner or (team if terms.promise(team).partner else None)


@dataclass(slots=True)
class Handed:
    """An offer on its way: what `Offer` tells, before its clocks are read.

    `to` is the party that it was made to, `by` the one that accepted it and `holder` who has the lead since:
    whoever gets it later promised nothing.
    """

    at: int
    opened_by: OpenedBy
    terms: Terms
    event: str
    since: int
    route: str | None = None
    to: Party = field(default_factory=Party)
    by: Party = field(default_factory=Party)
    holder: Party = field(default_factory=Party)
    answer: Answer = Answer.OPEN
    answered_at: int | None = None
    answered_by: str | None = None
    reason: str | None = None
    ended_as: Ending | None = None
    ended_at: int | None = None
    end_reason: str | None = None


@dataclass(slots=True)
class Walk:
    """The lead's hands so far; `offer` is the open one, `work` the accepted one of who has the lead."""

    terms_at: TermsAt
    properties_at: Callable[[int], Mapping[str, str | None]]
    holdings: list[Holding] = field(default_factory=list)
    offers: list[Handed] = field(default_factory=list)
    offer: Handed | None = None
    work: Handed | None = None
    owner: str | None = None
    team: str | None = None

    @property
    def account(self) -> Account | None:
        """Whose hands the lead is in."""
        return self.holdings[-1].account if self.holdings else None

    def take_all(self, some: Iterable[Happening]) -> None:
        """Everything that happened, in order."""
        for one in some:
            terms = self.terms_at(one.at)
            if one.transition is not None:
                self._enter(one.transition, terms)
            elif one.hand is not None:
                self._hear(one.hand, terms)
            elif one.qualified is terms.stage and terms.by_verdict and self.account in _UNSOLD:
                self._open(one.at, OpenedBy.VERDICT, one.event, terms)

    def begin(self, at: int, event: str) -> None:
        """The lead is captured, and marketing's."""
        self._move(at, Account.MARKETING, event)

    # What stages say.

    def _enter(self, entry: Transition, terms: Terms) -> None:
        stage = entry.stage
        if stage is Stage.CUSTOMER:
            self._accept_if_open(entry.at, entry.actor)
            self._conclude(entry.at, Ending.WON)
            self._move(entry.at, Account.WON, entry.event)
        elif stage in _OFF_LADDER:
            account, ending = _OFF_LADDER[stage]
            self._reject_if_open(entry.at, entry.actor, None)
            self._conclude(entry.at, ending)
            self._move(entry.at, account, entry.event)
        elif ORDER[stage] > terms.rung:
            self._work_on(entry, terms)
        elif ORDER[stage] == terms.rung:
            self._reach_handover(entry, terms)
        else:
            self._fall_back(entry)

    def _work_on(self, entry: Transition, terms: Terms) -> None:
        if self.account in _WORKED_ON:
            return
        if self.offer is None:
            self._open(entry.at, OpenedBy.IMPLIED, entry.event, terms)
        self._accept(entry.at, entry.event, entry.actor)

    def _reach_handover(self, entry: Transition, terms: Terms) -> None:
        if self.account is Account.IN_TRANSIT:
            return
        if self.account in _WORKED_ON:
            # Catching up with what sales has accepted already gives nothing back.
            if entry.kind == _BACKWARD:
                self._conclude(entry.at, Ending.RETURNED)
                self._move(entry.at, Account.MARKETING, entry.event)
        elif terms.by_claim:
            self._open(entry.at, OpenedBy.CLAIM, entry.event, terms)
        else:
            self._move(entry.at, Account.MARKETING, entry.event)

    def _fall_back(self, entry: Transition) -> None:
        if entry.kind != _BACKWARD and self.account in _HANDED_OVER:
            return
        self._reject_if_open(entry.at, entry.actor, None)
        self._conclude(entry.at, Ending.RETURNED)
        self._move(entry.at, Account.MARKETING, entry.event)

    # What is said outright.

    def _hear(self, hand: Hand, terms: Terms) -> None:
        if hand.code == Code.LEAD_OWNER_CHANGED:
            self._change_owner(hand)
        elif hand.code == Code.HANDOVER_OFFERED:
            self._supersede(hand.at)
            self._open(hand.at, OpenedBy.EVENT, hand.event, terms, hand)
        elif hand.code == Code.HANDOVER_ACCEPTED:
            if self.offer is None and self.account in _UNSOLD:
                self._open(hand.at, OpenedBy.IMPLIED, hand.event, terms, hand)
            # Said of what has ended already it moves nobody.
            if self.offer is not None or self.account in _WORKED_ON:
                self._accept(hand.at, hand.event, hand.actor, hand)
        elif self.offer is not None:
            self._reject_if_open(hand.at, hand.actor, hand.reason)
            self._move(hand.at, Account.MARKETING, hand.event)
        elif self.work is not None:
            self._conclude(hand.at, Ending.RETURNED, hand.reason)
            self._move(hand.at, Account.MARKETING, hand.event)
        else:
            self._explain(hand)

    def _explain(self, hand: Hand) -> None:
        """A reason that comes after a stage gave the lead back without one."""
        last = self.offers[-1] if self.offers else None
        if last is None:
            return
        if last.answer is Answer.REJECTED:
            last.reason = last.reason or hand.reason
        elif last.ended_as in _GIVEN_BACK:
            last.end_reason = last.end_reason or hand.reason

    def _change_owner(self, hand: Hand) -> None:
        self.owner, self.team = hand.owner, hand.team
        if self.offer is not None and hand.owner is not None:
            self.offer.to.name(self.offer.terms, hand.team, hand.owner)
            if hand.actor == hand.owner:
                self._accept(hand.at, hand.event, hand.actor)
            else:
                self._hand_to(hand.at, Account.IN_TRANSIT, hand.event, self.offer.to)
        elif self.work is not None and self.account in _WORKED_ON:
            self.work.holder.owner = hand.owner
            self.work.holder.name(self.work.terms, hand.team, hand.owner)
            self._hand_to(hand.at, self.work.holder.account, hand.event, self.work.holder)

    # Moves.

    def _open(self, at: int, by: OpenedBy, event: str, terms: Terms, to: Hand | None = None) -> None:
        made = Handed(at, by, terms, event, self._free_since() if by is OpenedBy.IMPLIED else at)
        if to is not None and (to.team or to.owner or to.partner):
            made.to.name(terms, to.team, to.owner, to.partner)
        else:
            # Not by the lead's id: a merge may give it another one, and must not offer it anew.
            made.route, team = terms.route(event or str(at), self.properties_at(at))
            made.to.name(terms, team or self.team, None if team else self.owner)
        self.offers.append(made)
        self.offer, self.work = made, None
        self._hand_to(at, Account.IN_TRANSIT, event, made.to)

    def _free_since(self) -> int:
        """Since when nobody works on the lead: whoever does next may have called before saying so."""
        last = self.offers[-1] if self.offers else None
        if last is None:
            return self.holdings[0].at
        return last.ended_at or last.answered_at or last.at

    def _accept(self, at: int, event: str, actor: str | None, by: Hand | None = None) -> None:
        work = self.offer or self.work
        if work is None:
            return
        if self.offer is not None:
            work.by = replace(work.to)
            work.answer, work.answered_at, work.answered_by = Answer.ACCEPTED, at, actor
            if by is not None:
                work.by.name(work.terms, by.team, by.owner, by.partner)
            work.holder = replace(work.by)
            self.offer, self.work = None, work
        elif by is not None:
            work.holder.name(work.terms, by.team, by.owner, by.partner)
        self._hand_to(at, work.holder.account, event, work.holder)

    def _accept_if_open(self, at: int, actor: str | None) -> None:
        if self.offer is not None:
            self.offer.answer, self.offer.answered_at = Answer.ACCEPTED, at
            self.offer.answered_by = actor
            self.offer.by, self.offer.holder = replace(self.offer.to), replace(self.offer.to)
            self.offer, self.work = None, self.offer

    def _reject_if_open(self, at: int, actor: str | None, reason: str | None) -> None:
        if self.offer is not None:
            self.offer.answer, self.offer.answered_at = Answer.REJECTED, at
            self.offer.answered_by, self.offer.reason = actor, reason
            self.offer = None

    def _supersede(self, at: int) -> None:
        if self.offer is not None:
            self.offer.answer, self.offer.answered_at = Answer.SUPERSEDED, at
            self.offer = None
        self._conclude(at, Ending.PASSED_ON)

    def _conclude(self, at: int, ending: Ending, reason: str | None = None) -> None:
        if self.work is not None:
            self.work.ended_as, self.work.ended_at, self.work.end_reason = ending, at, reason
            self.work = None

    def _hand_to(self, at: int, account: Account, event: str, to: Party) -> None:
        self._hold(Holding(at, account, to.team, to.owner, to.partner, event))

    def _move(self, at: int, account: Account, event: str) -> None:
        self._hold(Holding(at, account, event=event))

    def _hold(self, new: Holding) -> None:
        if not self.holdings or party_of(self.holdings[-1]) != party_of(new):
            self.holdings.append(new)


def party_of(holding: Holding) -> tuple[Account, str | None, str | None, str | None]:
    """Whose hands they are."""
    return holding.account, holding.team, holding.owner, holding.partner
