"""Drafts of one item's events, and the two ways in which an item may not become any."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TypedDict

import msgspec

from leadtrace.events.account import AccountLinked, AccountMerged, AccountUnlinked
from leadtrace.events.catalogue import BY_DATA
from leadtrace.events.codec import encode
from leadtrace.events.deal import DealLinked, DealMerged, DealUnlinked
from leadtrace.events.lead import LeadMerged
from leadtrace.events.reference import AccountRef, DealRef, LeadRef
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Bound, Draft, Referred

MAX_NAME = 255  # characters of whatever names something
_SEQUENCE_DIGITS = 20  # every 64-bit number fits, so that text sorts as the numbers do
_SHOWN = 100
_KINDS = {data: (row.type, row.topic.value) for data, row in BY_DATA.items()}


class RefusedError(Exception):
    """The item goes to quarantine."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class IgnoredError(Exception):
    """The item says nothing that is kept."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Circumstances(TypedDict):
    """How a change came about."""

    bulk: bool
    origin: str | None


class Subject(msgspec.Struct, frozen=True, gc=False):
    """A record of the sender: `kind` in the sender's own word, and the sender's own id."""

    kind: str
    external_id: str


class Drafting:
    """Makes the drafts of one item, all at the item's own time and sequence.

    `bulk` says that the sender changed many records at once, `origin` what made the change, in its own word.
    """

    __slots__ = ("actor", "bulk", "origin", "sequence", "time")

    def __init__(
        self,
        time: datetime,
        sequence: str = "",
        actor: str | None = None,
        *,
        bulk: bool = False,
        origin: str | None = None,
    ) -> None:
        self.time = time
        self.sequence = sequence
        self.actor = actor
        self.bulk = bulk
        self.origin = origin

    def at(self, time: datetime) -> "Drafting":
        """The same item's, at another moment."""
        return Drafting(time, self.sequence, self.actor, bulk=self.bulk, origin=self.origin)

    @property
    def circumstances(self) -> Circumstances:
        """How the change came about, as keyword arguments of the events that say so."""
        return {"bulk": self.bulk, "origin": self.origin}

    def event(self, subject: Subject, data: msgspec.Struct, suffix: str = "") -> Draft:
        """An event of a record whose data speak of no other record."""
        type_, topic = _KINDS[type(data)]
        encoded = encode(data)
        return Draft(
            type_,
            topic,
            subject.kind,
            subject.external_id,
            self.time,
            self.sequence,
            encoded,
            suffix=suffix,
        )

    def deal_link(
        self,
        deal: Subject,
        lead: Referred,
        *,
        removed: bool = False,
        role: str | None = None,
        primary: bool = False,
        suffix: str = "",
    ) -> Draft:
        """A lead joins or leaves the buying group of a deal."""
        data = DealUnlinked if removed else DealLinked
        complete = partial(_unlinked, role) if removed else partial(_linked, role, primary)
        return self._referring(deal, data, (lead,), complete, suffix)

    def account_link(
        self,
        account: Subject,
        *,
        lead: Referred | None = None,
        deal: Referred | None = None,
        removed: bool = False,
        role: str | None = None,
        primary: bool = False,
        suffix: str = "",
    ) -> Draft:
        """A lead or a deal comes to or leaves an account; exactly one of both is given."""
        other = lead or deal
        if other is None or (lead and deal):
            raise ValueError("an account is linked with a lead or with a deal")
        data = AccountUnlinked if removed else AccountLinked
        make = partial(
            _account_unlinked if removed else partial(_account_linked, role, primary), deal is None
        )
        return self._referring(account, data, (other,), make, suffix)

    def merge(
        self,
        survivor: Subject,
        data: type[LeadMerged | DealMerged | AccountMerged],
        absorbed: Sequence[Referred],
        suffix: str = "",
    ) -> Draft:
        """Other records were merged into `survivor`."""
        return self._referring(survivor, data, tuple(absorbed), partial(_merged, data, self.actor), suffix)

    def _referring(
        self,
        subject: Subject,
        data: type[msgspec.Struct],
        refers: tuple[Referred, ...],
        complete: object,
        suffix: str,
    ) -> Draft:
        type_, topic = _KINDS[data]
        return Draft(
            type_,
            topic,
            subject.kind,
            subject.external_id,
            self.time,
            self.sequence,
            None,
            refers,
            complete,  # type: ignore[arg-type]  # partial keeps no signature
            suffix,
        )


def padded(number: int) -> str:
    """A number of up to 64 bits as a sequence."""
    return str(number).zfill(_SEQUENCE_DIGITS)


def shown(text: str) -> str:
    """A short form of a text for a detail."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def _linked(role: str | None, primary: bool, bound: Sequence[Bound]) -> DealLinked:
    return DealLinked(lead=LeadRef(*bound[0]), role=role, primary=primary)


def _unlinked(role: str | None, bound: Sequence[Bound]) -> DealUnlinked:
    return DealUnlinked(lead=LeadRef(*bound[0]), role=role)


def _account_linked(role: str | None, primary: bool, is_lead: bool, bound: Sequence[Bound]) -> AccountLinked:
    if is_lead:
        return AccountLinked(lead=LeadRef(*bound[0]), role=role, primary=primary)
    return AccountLinked(deal=DealRef(*bound[0]), role=role, primary=primary)


def _account_unlinked(is_lead: bool, bound: Sequence[Bound]) -> AccountUnlinked:
    return AccountUnlinked(lead=LeadRef(*bound[0])) if is_lead else AccountUnlinked(deal=DealRef(*bound[0]))


def _merged(
    data: type[LeadMerged | DealMerged | AccountMerged], actor: str | None, bound: Sequence[Bound]
) -> msgspec.Struct:
    match data:
        case _ if data is LeadMerged:
            return LeadMerged(absorbed=tuple(LeadRef(*one) for one in bound), actor=actor)
        case _ if data is DealMerged:
            return DealMerged(absorbed=tuple(DealRef(*one) for one in bound), actor=actor)
        case _:
            return AccountMerged(absorbed=tuple(AccountRef(*one) for one in bound), actor=actor)
