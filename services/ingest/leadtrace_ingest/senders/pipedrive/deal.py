"""What notifications about deals mean.

The status says how a deal stands, and the stage only where an open one is; a row of the mapping may say more.
"""

from collections.abc import Mapping as MappingOf
from datetime import datetime

import msgspec

from leadtrace.events.deal import DealLost, DealReopened, DealStageChanged, DealWon
from leadtrace_ingest.senders.drafting import Drafting, Subject
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.deal_change import DealChange
from leadtrace_ingest.senders.mapping.file import DealVerdict, FieldRule, Meaning
from leadtrace_ingest.senders.mapping.values import name_of
from leadtrace_ingest.senders.pipedrive.decode import Action, Notification
from leadtrace_ingest.senders.pipedrive.fields import text_in
from leadtrace_ingest.senders.pipedrive.moments import own_moment
from leadtrace_ingest.senders.pipedrive.record import ADDED, life_drafts, told_fields
from leadtrace_ingest.senders.pipedrive.take import take_fields

_STATUS, _STAGE, _REASON = "status", "stage_id", "lost_reason"
_OPEN, _WON, _LOST = "open", "won", "lost"
_ENDED = (_WON, _LOST)
# An amount without its currency would be taken for one in the default currency: they are told together.
_MONEY = ("value", "currency")
_STAGE_OF_ENDED = FieldRule(Meaning.PROPERTY, name=_STAGE)


def deal_drafts(notification: Notification, drafting: Drafting, mapping: Mapping) -> list[Draft]:
    """The events of a deal.

    Raises:
        RefusedError: a field cannot be read, or the rows of the stage say nothing of that time.
    """
    created, noted = notification.action is Action.CREATED, drafting.time
    now, before = told_fields(notification)
    if created:
        drafting = drafting.at(own_moment(notification, (ADDED,), noted))
    subject = Subject(notification.object, notification.record)
    change = DealChange(drafting, subject, mapping)
    if _STAGE in now and _status(notification) in _ENDED:
        change.take(_STAGE, now[_STAGE], _STAGE_OF_ENDED)
    told = _with_money(notification, now)
    take_fields(change, mapping, notification.object, told, before, created=created)
    drafts = list(change.drafts(created=created))
    standing = _Standing(notification, drafting, mapping, noted).draft(subject, now, before)
    if standing is not None:
        drafts.append(standing)
    drafts += life_drafts(notification, subject, drafting, mapping, (now, before))
    return drafts


def _with_money(notification: Notification, now: MappingOf[str, str]) -> dict[str, str]:
    told = {name: text for name, text in now.items() if name not in (_STATUS, _STAGE)}
    if any(name in told for name in _MONEY):
        told |= {name: text for name in _MONEY if (text := text_in(notification.current, name))}
    return told


def _status(notification: Notification) -> str:
    return text_in(notification.current, _STATUS)


class _Standing:
    """How a notification says that the deal stands now."""

    def __init__(
        self, notification: Notification, drafting: Drafting, mapping: Mapping, noted: datetime
    ) -> None:
        self._notification = notification
        self._drafting = drafting
        self._mapping = mapping
        self._noted = noted
        self._created = notification.action is Action.CREATED

    def draft(self, subject: Subject, now: MappingOf[str, str], before: MappingOf[str, str]) -> Draft | None:
        """The event that says so; None if neither status nor stage changed."""
        if self._notification.action is Action.MERGED:
            return None
        status, stage = _status(self._notification), text_in(self._notification.current, _STAGE)
        if _STATUS in now and status in _ENDED:
            return self._event(subject, DealVerdict(status), status, self._moment(f"{status}_time"))
        if before.get(_STATUS) in _ENDED and status == _OPEN:
            how = self._drafting.circumstances
            claimed = name_of(_STAGE, stage or _OPEN)
            return self._drafting.event(subject, DealReopened(claimed, self._drafting.actor, **how), ".s")
        if _STAGE not in now or not stage or status in _ENDED:
            return None
        at = self._moment("stage_change_time")
        verdict = self._of_stage(name_of(_STAGE, stage), at)
        return None if verdict is DealVerdict.IGNORED else self._event(subject, verdict, stage, at)

    def _of_stage(self, stage: str, at: datetime) -> DealVerdict:
        """A stage that the mapping does not list is an open one: Pipedrive keeps the end in the status."""
        if stage not in self._mapping.deal_stages:
            return DealVerdict.OPEN
        return self._mapping.deal_verdict(stage, at)

    def _moment(self, field: str) -> datetime:
        fields = (field, ADDED) if self._created else (field,)
        return own_moment(self._notification, fields, self._noted)

    def _event(self, subject: Subject, verdict: DealVerdict, claimed: str, at: datetime) -> Draft:
        return self._drafting.at(at).event(subject, self._said(verdict, claimed), ".s")

    def _said(self, verdict: DealVerdict, claimed: str) -> msgspec.Struct:
        actor, how = self._drafting.actor, self._drafting.circumstances
        match verdict:
            case DealVerdict.WON:
                return DealWon(claimed, actor, **how)
            case DealVerdict.LOST:
                reason = text_in(self._notification.current, _REASON).strip()
                return DealLost(claimed, reason or None, actor, **how)
            case _:
                return DealStageChanged(claimed, actor, **how)
