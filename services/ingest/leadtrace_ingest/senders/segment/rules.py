"""What the mapping says of messages, ready to be asked."""

import re
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass

from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import Entity, MappingError, Meaning
from leadtrace_ingest.senders.mapping.web import EventMeaning, EventRow, WebFile
from leadtrace_ingest.senders.segment.message import ACCOUNT, ANONYMOUS, PERSON, USER
from leadtrace_ingest.senders.web.visit import Acquirer

_NEEDED = {
    USER: Entity.LEAD,
    ANONYMOUS: Entity.LEAD,
    PERSON: Entity.LEAD,
    ACCOUNT: Entity.ACCOUNT,
}
_NO_WORD = re.compile(r"\W+")
_OWN = "$"  # how the names of PostHog's own events begin


@dataclass(frozen=True, slots=True)
class MessageRules:
    """One version of a mapping for messages.

    `touch_fields` are the fields of each object that say something of a touchpoint.
    """

    mapping: Mapping
    acquirer: Acquirer
    events: MappingOf[str, EventRow]
    capture_traits: frozenset[str]
    touch_fields: MappingOf[str, frozenset[str]]

    def event(self, name: str) -> EventRow:
        """What an event means: what the file says, else a signal; a client's own event is ignored."""
        row = self.events.get(name)
        if row is not None:
            return row
        return EventRow(id=name, means=EventMeaning.IGNORED if name.startswith(_OWN) else EventMeaning.SIGNAL)


def message_rules(mapping: Mapping) -> MessageRules:
    """The rules of a mapping.

    Raises:
        MappingError: it does not say what messages need.
    """
    for name, entity in _NEEDED.items():
        rules = mapping.objects.get(name)
        if rules is None or rules.entity is not entity:
            raise MappingError(f"{mapping.label}: objects.{name} is needed, with `is: {entity}`")
    web = mapping.web or WebFile()
    touch_fields = {
        name: frozenset(
            field
            for field, rule in rules.fields.items()
            if rule.means is Meaning.TOUCHPOINT or (rule.means is Meaning.ACQUISITION and rule.touchpoint)
        )
        for name, rules in mapping.objects.items()
    }
    return MessageRules(
        mapping=mapping,
        acquirer=Acquirer(web),
        events={row.id: row for row in web.events},
        capture_traits=frozenset(web.capture_traits),
        touch_fields=touch_fields,
    )


def signal_of(row: EventRow) -> str:
    """The name of the intent that an event shows: `Demo Requested` is `demo_requested`."""
    return row.signal or _NO_WORD.sub("_", row.id.lower()).strip("_") or row.id
