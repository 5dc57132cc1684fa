"""What HubSpot's contact items mean: captures, properties, stages, owners, touchpoints."""

from collections.abc import Callable

from leadtrace.events.lead import (
    Acquisition,
    LeadCaptured,
    LeadDeleted,
    LeadOwnerChanged,
    LeadRestored,
    LeadStageChanged,
    LeadUpdated,
)
from leadtrace.events.personal import Personal
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.hubspot.derive import company_domain
from leadtrace_ingest.senders.hubspot.drafting import Drafting, IgnoredError, RefusedError, shown
from leadtrace_ingest.senders.hubspot.mapping import Mapping, period_at
from leadtrace_ingest.senders.hubspot.mapping_file import Derivation, Meaning, PropertyRule
from leadtrace_ingest.senders.item import Draft

TOUCHPOINT_SUFFIX = ".t"
_OWN_FIELDS = frozenset({"email", "phone", "first_name", "last_name"})

Drafts = tuple[Draft, ...]


def on_creation(drafting: Drafting, _: Mapping) -> Drafts:
    """The contact became known."""
    return (drafting.contact(LeadCaptured()),)


def on_deletion(drafting: Drafting, _: Mapping) -> Drafts:
    """The contact was deleted in the CRM."""
    return (drafting.contact(LeadDeleted(actor=drafting.actor)),)


def on_restore(drafting: Drafting, _: Mapping) -> Drafts:
    """The contact was brought back."""
    return (drafting.contact(LeadRestored(actor=drafting.actor)),)


def on_property_change(drafting: Drafting, mapping: Mapping) -> Drafts:
    """One property changed; what it means is in the mapping file."""
    name = drafting.item.property_name
    if not name:
        raise RefusedError(Reason.INVALID_ITEM, "propertyName: required for contact.propertyChange")
    rule = mapping.contact.get(name)
    if rule is None:
        return (drafting.contact(LeadUpdated(personal=Personal(other={name: drafting.text}))),)
    return _MEANINGS[rule.means](drafting, mapping, rule)


def personal_of(name: str, value: str) -> Personal:
    """The personal block for one field."""
    return Personal(**{name: value}) if name in _OWN_FIELDS else Personal(other={name: value})  # type: ignore[arg-type]


def _stage(drafting: Drafting, mapping: Mapping, _: PropertyRule) -> Drafts:
    # HubSpot empties the stage before it sets an earlier one: only what follows is a transition.
    claimed = drafting.name()
    period = period_at(mapping.lifecycle.get(claimed), drafting.time)
    if period is None:
        raise RefusedError(
            Reason.UNMAPPED_STAGE,
            f"lifecycle_stages has no row for {shown(claimed)} at {drafting.time:%Y-%m-%d}",
        )
    if period.value is None:
        raise IgnoredError(Reason.STAGE_IGNORED)
    return (drafting.contact(LeadStageChanged(stage=period.value, claimed=claimed, actor=drafting.actor)),)


def _owner(drafting: Drafting, _: Mapping, __: PropertyRule) -> Drafts:
    owner = drafting.name() if drafting.text.strip() else None
    return (drafting.contact(LeadOwnerChanged(owner=owner, actor=drafting.actor)),)


def _acquisition(drafting: Drafting, mapping: Mapping, rule: PropertyRule) -> Drafts:
    dimension = {str(rule.name): _dimension(drafting, mapping, rule)}
    updated = drafting.contact(LeadUpdated(acquisition=Acquisition(**dimension)))
    if not rule.touchpoint:
        return (updated,)
    return (updated, drafting.contact(TouchpointRecorded(**dimension), TOUCHPOINT_SUFFIX))


def _touchpoint(drafting: Drafting, mapping: Mapping, rule: PropertyRule) -> Drafts:
    dimension = {str(rule.name): _dimension(drafting, mapping, rule)}
    return (drafting.contact(TouchpointRecorded(**dimension)),)


def _dimension(drafting: Drafting, mapping: Mapping, rule: PropertyRule) -> str:
    value = drafting.name()
    return mapping.channels.get(value, value.lower()) if rule.name == "channel" else value


def _property(drafting: Drafting, _: Mapping, rule: PropertyRule) -> Drafts:
    return (drafting.contact(LeadUpdated(properties={str(rule.name): drafting.text or None})),)


def _personal(drafting: Drafting, mapping: Mapping, rule: PropertyRule) -> Drafts:
    properties = _derived(drafting.text, mapping, rule)
    personal = personal_of(str(rule.name), drafting.text)
    return (drafting.contact(LeadUpdated(properties=properties, personal=personal)),)


def _derived(value: str, mapping: Mapping, rule: PropertyRule) -> dict[str, str | None]:
    match rule.derive:
        case Derivation.COMPANY_DOMAIN:
            return {"company_domain": company_domain(value, mapping.free_mail)}
        case Derivation.JOB_TITLE:
            return {
                "seniority": mapping.seniority.classify(value),
                "function": mapping.function.classify(value),
            }
        case None:
            return {}


def _ignored(_: Drafting, __: Mapping, ___: PropertyRule) -> Drafts:
    raise IgnoredError(Reason.PROPERTY_IGNORED)


_MEANINGS: dict[Meaning, Callable[[Drafting, Mapping, PropertyRule], Drafts]] = {
    Meaning.STAGE: _stage,
    Meaning.OWNER: _owner,
    Meaning.ACQUISITION: _acquisition,
    Meaning.TOUCHPOINT: _touchpoint,
    Meaning.PROPERTY: _property,
    Meaning.PERSONAL: _personal,
    Meaning.IGNORED: _ignored,
}
