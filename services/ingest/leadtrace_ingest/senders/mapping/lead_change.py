"""Changes of a lead's record."""

from collections.abc import Callable

from leadtrace.events.lead import (
    Acquisition,
    Flag,
    LeadCaptured,
    LeadFlagged,
    LeadOwnerChanged,
    LeadStageChanged,
    LeadUpdated,
    Stage,
)
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, Subject
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.change import RecordChange, Unset, unsuffixed
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import Entity, FieldRule, Meaning
from leadtrace_ingest.senders.mapping.values import name_of

_FALSE = frozenset({"", "false", "0", "no"})


class LeadChange(RecordChange):
    """What became of one lead's record in one item."""

    def __init__(self, drafting: Drafting, subject: Subject, mapping: Mapping) -> None:
        super().__init__(drafting, subject, mapping)
        self.acquisition: dict[str, str] = {}
        self.touch: dict[str, str] = {}
        self._stage: tuple[Stage, str] | None = None
        self.owner: object = Unset
        self._flags: dict[Flag, bool] = {}

    def claim(self, claimed: str) -> None:
        """The sender says that the lead stands at this stage of its own.

        Raises:
            IgnoredError: the stage means nothing here.
            RefusedError: the mapping has no row for it.
        """
        stage = self._mapping.lifecycle_stage(claimed, self._drafting.time)
        if stage is None:
            raise IgnoredError(Reason.STAGE_IGNORED)
        self._stage = (stage, claimed)

    def drafts(self, *, created: bool = False, asserted: bool = False) -> tuple[Draft, ...]:
        """The events, the record's own first."""
        drafting, subject = self._drafting, self._subject
        drafts: list[Draft] = []
        if created or self._fields or self.acquisition:
            data = LeadCaptured if created else LeadUpdated
            block, how = self._fields.block(), drafting.circumstances
            came = Acquisition(**self.acquisition)
            own = data(acquisition=came, **block, **how) if self.acquisition else data(**block, **how)
            drafts.append(drafting.event(subject, own))
        if self.touch:
            drafts.append(drafting.event(subject, TouchpointRecorded(**self.touch), ".t"))
        if self._stage is not None:
            stage, claimed = self._stage
            said = LeadStageChanged(
                stage=stage,
                claimed=claimed,
                actor=drafting.actor,
                asserted=asserted,
                **drafting.circumstances,
            )
            drafts.append(drafting.event(subject, said, ".s"))
        if self.owner is not Unset:
            owner = self.owner if isinstance(self.owner, str) else None
            held = LeadOwnerChanged(owner=owner, actor=drafting.actor, **drafting.circumstances)
            drafts.append(drafting.event(subject, held, ".o"))
        for flag, raised in self._flags.items():
            flagged = LeadFlagged(flag=flag, removed=not raised, actor=drafting.actor)
            drafts.append(drafting.event(subject, flagged, f".f{flag}"))
        drafts += self._links.drafts(drafting, subject, Entity.LEAD)
        return unsuffixed(drafts)

    def _mean(self, field: str, text: str, rule: FieldRule) -> None:
        _MEANINGS[rule.means](self, field, text, rule)

    def _personal(self, field: str, text: str, rule: FieldRule) -> None:
        super()._personal(field, text, rule)
        self._fields.derive(text, rule, self._mapping)

    def _acquired(self, field: str, text: str, rule: FieldRule) -> None:
        value = self._dimension(field, text, rule)
        self.acquisition[str(rule.name)] = value
        if rule.touchpoint:
            self.touch[str(rule.name)] = value

    def _touched(self, field: str, text: str, rule: FieldRule) -> None:
        self.touch[str(rule.name)] = self._dimension(field, text, rule)

    def _dimension(self, field: str, text: str, rule: FieldRule) -> str:
        value = name_of(field, text)
        return self._mapping.channels.get(value, value.lower()) if rule.name == "channel" else value

    def _staged(self, field: str, text: str, _: FieldRule) -> None:
        # A CRM may empty the stage before it sets an earlier one: only what follows is a transition.
        self.claim(name_of(field, text))

    def _owned(self, field: str, text: str, _: FieldRule) -> None:
        self.owner = name_of(field, text) if text.strip() else None

    def _flagged(self, _: str, text: str, rule: FieldRule) -> None:
        self._flags[Flag(str(rule.name))] = text.strip().lower() not in _FALSE


_MEANINGS: dict[Meaning, Callable[[LeadChange, str, str, FieldRule], None]] = {
    Meaning.PROPERTY: LeadChange._property,  # noqa: SLF001 - the table of this class's own methods
    Meaning.PERSONAL: LeadChange._personal,  # noqa: SLF001
    Meaning.ACQUISITION: LeadChange._acquired,  # noqa: SLF001
    Meaning.TOUCHPOINT: LeadChange._touched,  # noqa: SLF001
    Meaning.STAGE: LeadChange._staged,  # noqa: SLF001
    Meaning.OWNER: LeadChange._owned,  # noqa: SLF001
    Meaning.FLAG: LeadChange._flagged,  # noqa: SLF001
    Meaning.LINK: LeadChange._linked,  # noqa: SLF001
    Meaning.IGNORED: LeadChange._ignored,  # noqa: SLF001
}
