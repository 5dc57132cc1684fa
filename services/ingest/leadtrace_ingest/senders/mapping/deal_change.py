"""Changes of a deal's record."""

from collections.abc import Callable

import msgspec

from leadtrace.events.deal import DealCreated, DealLost, DealStageChanged, DealUpdated, DealWon
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, Subject
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.change import RecordChange, unsuffixed
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import DealVerdict, Entity, FieldRule, Meaning
from leadtrace_ingest.senders.mapping.values import amount_of, currency_of, name_of


class DealChange(RecordChange):
    """What became of one deal's record in one item."""

    def __init__(self, drafting: Drafting, subject: Subject, mapping: Mapping) -> None:
        super().__init__(drafting, subject, mapping)
        self._amount: str | None = None
        self._currency: str | None = None
        self._verdict: tuple[DealVerdict, str] | None = None
        self._lost_reason: str | None = None

    def claim(self, claimed: str) -> None:
        """The sender says that the deal stands at this stage of its own.

        Raises:
            IgnoredError: the stage means nothing here.
            RefusedError: the mapping has no row for it.
        """
        verdict = self._mapping.deal_verdict(claimed, self._drafting.time)
        if verdict is DealVerdict.IGNORED:
            raise IgnoredError(Reason.STAGE_IGNORED)
        self.conclude(verdict, claimed)

    def conclude(self, verdict: DealVerdict, claimed: str) -> None:
        """The deal is open, won or lost; an end counts more than an open stage told with it."""
        if self._verdict is None or verdict is not DealVerdict.OPEN:
            self._verdict = (verdict, claimed)

    def drafts(self, *, created: bool = False, asserted: bool = False) -> tuple[Draft, ...]:
        """The events, the record's own first."""
        drafting, subject = self._drafting, self._subject
        drafts: list[Draft] = []
        if created:
            drafts.append(drafting.event(subject, DealCreated(**drafting.circumstances)))
        money = self._amount is not None or self._currency is not None
        if self._fields or money:
            updated = DealUpdated(
                amount=self._amount,
                currency=self._currency,
                default_currency=self._mapping.default_currency if self._amount is not None else None,
                **self._fields.block(),
                **drafting.circumstances,
            )
            drafts.append(drafting.event(subject, updated, ".u"))
        if self._verdict is not None:
            drafts.append(drafting.event(subject, self._said(*self._verdict, asserted), ".s"))
        drafts += self._links.drafts(drafting, subject, Entity.DEAL)
        return unsuffixed(drafts)

    def _said(self, verdict: DealVerdict, claimed: str, asserted: bool) -> msgspec.Struct:
        actor, how = self._drafting.actor, self._drafting.circumstances
        match verdict:
            case DealVerdict.WON:
                return DealWon(claimed, actor, asserted, **how)
            case DealVerdict.LOST:
                return DealLost(claimed, self._lost_reason, actor, asserted, **how)
            case _:
                return DealStageChanged(claimed, actor, asserted, **how)

    def _mean(self, field: str, text: str, rule: FieldRule) -> None:
        _MEANINGS[rule.means](self, field, text, rule)

    def _staged(self, field: str, text: str, _: FieldRule) -> None:
        self.claim(name_of(field, text))

    def _valued(self, field: str, text: str, _: FieldRule) -> None:
        self._amount = amount_of(field, text)

    def _priced(self, field: str, text: str, _: FieldRule) -> None:
        self._currency = currency_of(field, text)

    def _reasoned(self, field: str, text: str, _: FieldRule) -> None:
        self._lost_reason = name_of(field, text)
        self._fields.properties["lost_reason"] = self._lost_reason


_MEANINGS: dict[Meaning, Callable[[DealChange, str, str, FieldRule], None]] = {
    Meaning.PROPERTY: DealChange._property,  # noqa: SLF001 - the table of this class's own methods
    Meaning.PERSONAL: DealChange._personal,  # noqa: SLF001
    Meaning.STAGE: DealChange._staged,  # noqa: SLF001
    Meaning.AMOUNT: DealChange._valued,  # noqa: SLF001
    Meaning.CURRENCY: DealChange._priced,  # noqa: SLF001
    Meaning.LOST_REASON: DealChange._reasoned,  # noqa: SLF001
    Meaning.LINK: DealChange._linked,  # noqa: SLF001
    Meaning.IGNORED: DealChange._ignored,  # noqa: SLF001
}
