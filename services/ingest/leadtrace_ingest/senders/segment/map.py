"""What messages become: captures, changes of traits, touchpoints, links with accounts, merges, erasures."""

from collections.abc import Callable, Mapping

from leadtrace.events.lead import LeadErased, LeadMerged
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import (
    MAX_NAME,
    Drafting,
    IgnoredError,
    RefusedError,
    Subject,
    shown,
)
from leadtrace_ingest.senders.item import Draft, Referred
from leadtrace_ingest.senders.mapping.change import unsuffixed
from leadtrace_ingest.senders.mapping.lead_change import LeadChange
from leadtrace_ingest.senders.mapping.record import AnyChange, change_of, take_field
from leadtrace_ingest.senders.mapping.web import EventMeaning, EventRow
from leadtrace_ingest.senders.segment.message import (
    ACCOUNT,
    ALIAS,
    DELETE,
    GROUP,
    IDENTIFY,
    PAGE,
    SCREEN,
    TRACK,
    Message,
    flat,
)
from leadtrace_ingest.senders.segment.rules import MessageRules, signal_of

_ERASURE = "delete message"


def message_drafts(message: Message, drafting: Drafting, rules: MessageRules) -> tuple[Draft, ...]:
    """The events of a message.

    Raises:
        IgnoredError: it says nothing that is kept.
        RefusedError: its type is unknown, or a trait cannot be read.
    """
    handle = _HANDLED.get(message.type)
    if handle is None:
        raise RefusedError(Reason.UNKNOWN_TYPE, f"type: {shown(message.type)}")
    drafts = unsuffixed(handle(message, drafting, rules))
    if not drafts:
        raise IgnoredError(Reason.NOTHING_KEPT)
    return drafts


def _identify(message: Message, drafting: Drafting, rules: MessageRules) -> list[Draft]:
    traits = flat(message.traits)
    # Without a way to reach the person it is the visitor whom we knew before.
    captured = any(traits.get(name) for name in rules.capture_traits)
    drafts: list[Draft] = []
    if traits:
        origin = rules.acquirer.dimensions(message.visit) if captured else None
        drafts += _told(message, traits, drafting, rules, origin=origin)
    return drafts + _merge(message, drafting)


def _track(message: Message, drafting: Drafting, rules: MessageRules) -> list[Draft]:
    row = rules.event(message.name)
    if row.means is EventMeaning.IGNORED:
        raise IgnoredError(Reason.EVENT_IGNORED)
    signal = signal_of(row)
    if len(signal) > MAX_NAME:
        raise RefusedError(Reason.INVALID_ITEM, f"event: longer than {MAX_NAME} characters")
    origin = _dimensions(message, row, rules)
    touch = {**origin, "signal": signal}
    told, traits = flat(message.properties), flat(message.traits)
    if row.means is EventMeaning.CAPTURE:
        fields = flat(message.hints) | traits | told
        return _told(message, fields, drafting, rules, touch=touch, origin=origin)
    # What else an event tells is about the event, not about the person.
    touching = rules.touch_fields[_subject(message).kind]
    fields = traits | {name: told[name] for name in touching & told.keys()}
    return _told(message, fields, drafting, rules, touch=touch)


def _view(message: Message, drafting: Drafting, rules: MessageRules) -> list[Draft]:
    touch = rules.acquirer.dimensions(message.visit)
    if message.page:
        touch["page"] = message.page[:MAX_NAME]
    traits = flat(message.traits)
    return _told(message, traits, drafting, rules, touch=touch) if touch or traits else []


def _group(message: Message, drafting: Drafting, rules: MessageRules) -> list[Draft]:
    account = Subject(ACCOUNT, message.group_id)
    change = change_of(drafting, account, rules.mapping)
    _take(change, account.kind, flat(message.traits), rules)
    drafts = list(change.drafts())
    if message.subject is not None:
        drafts.append(drafting.account_link(account, lead=_referred(message.subject), suffix=".g"))
    return drafts


def _alias(message: Message, drafting: Drafting, rules: MessageRules) -> list[Draft]:
    del rules
    return _merge(message, drafting)


def _delete(message: Message, drafting: Drafting, rules: MessageRules) -> list[Draft]:
    del rules
    erased = LeadErased(request=_ERASURE)
    everybody = (_subject(message), *message.earlier)
    return [drafting.event(one, erased, f".d{number}") for number, one in enumerate(everybody)]


_Handler = Callable[[Message, Drafting, MessageRules], list[Draft]]
_HANDLED: dict[str, _Handler] = {
    IDENTIFY: _identify,
    TRACK: _track,
    PAGE: _view,
    SCREEN: _view,
    GROUP: _group,
    ALIAS: _alias,
    DELETE: _delete,
}


def _told(
    message: Message,
    fields: Mapping[str, str],
    drafting: Drafting,
    rules: MessageRules,
    *,
    touch: Mapping[str, str] | None = None,
    origin: Mapping[str, str] | None = None,
) -> list[Draft]:
    """What is told of the person, and the touchpoint of it; with an `origin` the person is captured."""
    subject = _subject(message)
    change = change_of(drafting, subject, rules.mapping)
    assert isinstance(change, LeadChange)  # noqa: S101 - `message_rules` asked for it
    captured = origin is not None
    known = {name: text for name, text in fields.items() if text} if captured else fields
    _take(change, subject.kind, known, rules)
    if touch:
        change.touch = {**touch, **change.touch}
    if origin is not None:
        change.acquisition = {**origin, **change.acquisition}
    return list(change.drafts(created=captured))


def _take(change: AnyChange, kind: str, fields: Mapping[str, str], rules: MessageRules) -> None:
    for field, text in fields.items():
        try:
            take_field(change, rules.mapping, kind, field, text)
        except IgnoredError:
            continue


def _dimensions(message: Message, row: EventRow, rules: MessageRules) -> dict[str, str]:
    found = rules.acquirer.dimensions(message.visit)
    return {**found, "channel": row.channel} if row.channel else found


def _merge(message: Message, drafting: Drafting) -> list[Draft]:
    if not message.earlier:
        return []
    absorbed = [_referred(one) for one in message.earlier]
    return [drafting.merge(_subject(message), LeadMerged, absorbed, ".m")]


def _subject(message: Message) -> Subject:
    if message.subject is None:
        raise RefusedError(Reason.INVALID_ITEM, "userId or anonymousId: one of them is required")
    return message.subject


def _referred(subject: Subject) -> Referred:
    return Referred(subject.kind, subject.external_id)
